"""The edge of a site: what browsers ask of it over HTTPS, names, cookies, passwords, servers behind nginx."""

from typing import Any

from understudy.diagnosis.causes.checks import on_host, setting
from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Clue, Finding, Groups, Rule, holds

# Of a browser's console.
_MIXED = (
    r"Mixed Content: The page at '[^']+' was loaded over HTTPS, but (?:requested|attempted)[^']*'"
)


def _is_www_alone(groups: Groups, facts: KnownFacts) -> Finding | None:
    """One of the target's names with `www.` in front, or without it, and not one of them itself."""
    name = groups["name"]
    others = {f"www.{name}", name.removeprefix("www.")} - {name}
    known = name not in facts.domains and not others.isdisjoint(facts.domains)
    return holds(known if facts.domains else None)


def _leads_to(proxy: Any, groups: Groups) -> bool:
    return groups["port"] in map(str, (proxy or {}).values())


_NAMES = (
    Rule(
        "redirect-to-www",
        (
            Clue(
                "step",
                r"AssertionError: \S+ redirects to https?://(?P<name>[\w.-]+)(?:/\S*)? \(30\d\)",
            ),
        ),
        "the app sends visitors to {name}, which is none of the target's names",
        "Name it in `domains` of the target, where `redirect_to` does what the app does now; or set "
        "PREPEND_WWW = False.",
        (_is_www_alone,),
        no_django=(
            "",
            "Name it in `domains` of the target, where `redirect_to` does what the app does now; or let the "
            "app redirect to no other name.",
        ),
    ),
    Rule(
        "password-not-set",
        (Clue("step", r"no one has a password for basic_auth"),),
        "basic_auth is on, and no one has a password",
        "{run} secrets set BASIC_AUTH_ANNA{on} makes one for anna; then deploy again.",
    ),
)

_CERTIFICATE = (
    Rule(
        "certificate-of-another-key",
        (
            Clue(
                "step",
                r'SSL_CTX_use_PrivateKey(?:_file)?\("(?P<path>[^"]+)".*key values mismatch',
            ),
        ),
        "{path}, which the target's `certificate` names, is the key of another certificate",
        "Both must come from the same issue. `openssl x509 -noout -pubkey -in CHAIN` and `openssl pkey "
        "-pubout -in KEY` print the same then.",
    ),
)

_PAGES = (
    Rule(
        "websocket-over-http",
        (Clue("step", _MIXED + r"(?P<url>ws://[^']+)'"),),
        "a page that came over HTTPS opens {url} without TLS: browsers don't",
        'Take the scheme from the page: (location.protocol === "https:" ? "wss://" : "ws://") + '
        "location.host.",
    ),
    Rule(
        "mixed-content",
        (Clue("step", _MIXED + r"(?P<url>http://[^']+)'"),),
        "a page that came over HTTPS loads {url} over plain HTTP: browsers don't",
        "Load it by https://, or from the site itself.",
    ),
    Rule(
        "link-over-http",
        (Clue("step", r"links to \S+.*, which is over plain HTTP: (?P<url>http://\S+)"),),
        "pages link to the site itself over plain HTTP: {url}",
        "Use addresses without scheme and host. Where a full one is needed, take https:// from the "
        "environment of targets with HTTPS.",
    ),
    Rule(
        "cookie-without-secure",
        (Clue("step", r"sets the cookie (?P<name>\S+) without Secure, over HTTPS"),),
        "the cookie {name} is set over HTTPS without Secure: browsers send it over plain HTTP, too",
        "SESSION_COOKIE_SECURE = True on targets with HTTPS, by the environment; for Django "
        "CSRF_COOKIE_SECURE, too.",
        no_django=(
            "",
            "Set it with Secure on targets with HTTPS, by the environment: SESSION_COOKIE_SECURE = True of "
            "Flask, https_only=True of Starlette's sessions, secure=True of set_cookie().",
        ),
    ),
    Rule(
        "cookies-too-large",
        (Clue("step", r"answers 400 \(400 Request Header Or Cookie Too Large\)"),),
        "the app's cookies are larger than nginx takes, {app.request_header_size}: who has them gets 400",
        "Keep such data on the server, in the session or the database; or raise app.request_header_size in "
        "deploy.yml.",
    ),
)

_BEHIND_NGINX = (
    Rule(
        "location-given-twice",
        (Clue("step", r'\[emerg\].* duplicate location "(?P<path>[^"]+)" in'),),
        "nginx has two locations for {path}: the site's own, and one of templates/nginx.d",
        "Give the own one a longer path, or an exact one: location = /path. To change the site's, eject its "
        "template: docs/overrides.md.",
    ),
    Rule(
        "proxy-without-server",
        (
            Clue(
                "nginx",
                r"connect\(\) failed \(111: .*while connecting to upstream.*"
                r'upstream: "http://127\.0\.0\.1:(?P<port>\d+)/',
            ),
        ),
        "nothing listens at port {port}, to which app.proxy leads",
        "Install that program on the host as a service of its own: Understudy runs the app alone. Or correct "
        "app.proxy in deploy.yml.",
        (setting("proxy", _leads_to), on_host("port", "{port}", "no")),
    ),
)

RULES: tuple[Rule, ...] = (*_NAMES, *_CERTIFICATE, *_PAGES, *_BEHIND_NGINX)
