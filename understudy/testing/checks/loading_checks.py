"""Checks of what pages load and where they lead: console, requests, static files, links. Pure."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from understudy.config.app import App
from understudy.testing.checks.evidence import Answer, Crawl, Link, Page
from understudy.testing.checks.findings import Finding, Result
from understudy.testing.checks.links import is_own, path_of, shown, without_fragment
from understudy.testing.checks.other_hosts import failed_request
from understudy.testing.checks.page_checks import each_page

# In each answer of the app to a request with the header X-Understudy-Probe.
RELEASE = "x-understudy-release"
# A refusal that a visitor without a session, or a script that asks whether there is one, expects.
_EXPECTED = {401, 403}
# What only follows a link is refused by an address that a script posts to, or by a limit.
_NOT_BROKEN = {401, 402, 403, 405, 407, 429, 451}
# What another host may refuse to a name like shop.test: an API key is for one domain.
_GONE = {404, 410}
# Not the site's: a page was left, or a network interface of this machine came or went.
_NOT_ITS_FAULT = ("net::ERR_ABORTED", "net::ERR_NETWORK_CHANGED", "net::ERR_INTERNET_DISCONNECTED")
_SCRIPTED = {"fetch", "xmlhttprequest", "beacon"}
# Browsers ask for it unasked.
_FAVICON = "/favicon.ico"
# Django sends it by default; browsers ignore it without HTTPS, and complain.
_ONLY_HTTPS = "Cross-Origin-Opener-Policy header has been ignored"
_MIXED = "Mixed Content:"
_PLACE = re.compile(r"^(?P<file>\S+) (?P<at>\d+:\d+) ")


def console(crawl: Crawl) -> Result:
    """No errors in the console but those that other checks are about."""

    def look(page: Page) -> Iterator[Finding]:
        for line in page.console:
            other = _MIXED in line.text or _ONLY_HTTPS in line.text or line.source == "network"
            if line.level == "SEVERE" and not other:
                text = line.text.replace(crawl.base, "")
                yield Finding(page.path, _PLACE.sub("", text), f"console error: {text}")

    return each_page(crawl, look, whole=True)


def requests(crawl: Crawl) -> Result:
    """What the pages ask for is there."""

    def look(page: Page) -> Iterator[Finding]:
        kinds = {resource.url: resource.kind for resource in page.resources}
        for line in page.console:
            if (found := failed_request(line)) is None:
                continue
            url, why, status = found
            if _is_failure(url, why, status, kinds.get(url, ""), crawl.base) and url != page.url:
                name = shown(url, crawl.base)
                answer = f"answers {status}" if status else f"can't be loaded: {why}"
                yield Finding(page.path, name, f"loads {name}, which {answer}")

    return each_page(crawl, look)


def _is_failure(url: str, why: str, status: int, kind: str, base: str) -> bool:
    if not is_own(url, base):
        return status in _GONE
    if why.startswith(_NOT_ITS_FAULT) or (urlsplit(url).path == _FAVICON and status == 404):
        return False
    # A page doesn't know yet what asked for something whose answer has just begun.
    return not (kind in {"", *_SCRIPTED} and status in _EXPECTED)


def mixed_content(crawl: Crawl) -> Result:
    """A page that came over HTTPS loads nothing over plain HTTP."""
    if urlsplit(crawl.base).scheme != "https":
        why = "this target has no certificate: over plain HTTP no content is mixed"
        return Result(unjudged=why, is_judged=False)

    def look(page: Page) -> Iterator[Finding]:
        for line in page.console:
            if _MIXED in line.text:
                text = line.text[line.text.index(_MIXED) :]
                urls = re.findall(r"'(http://[^']+)'", text)
                yield Finding(page.path, urls[-1] if urls else text, text)

    return each_page(crawl, look)


def links(crawl: Crawl) -> Result:
    """The links that the pages show lead somewhere."""

    def look(page: Page) -> Iterator[Finding]:
        for link in page.links:
            answer = crawl.answers.get(without_fragment(link.url))
            problem = (answer and _broken(answer)) or _over_plain_http(link, crawl.base)
            if link.is_visible and problem:
                path = path_of(link.url)
                yield Finding(page.path, path, f"links to {path}{_named(link)}, which {problem}")

    result = each_page(crawl, look)
    asked = f"{len(crawl.answers)} addresses of the site"
    return Result(
        tuple(dict.fromkeys(result.findings)),
        "; ".join(filter(None, [result.looked_at, asked])),
        result.unjudged,
        result.is_judged,
    )


def _over_plain_http(link: Link, base: str) -> str:
    """nginx leads back to HTTPS, but others can read on the way what was asked for."""
    is_plain = base.startswith("https:") and link.url.startswith("http:")
    return f"is over plain HTTP: {link.url}" if is_plain and is_own(link.url, base) else ""


def _broken(answer: Answer) -> str:
    if answer.failure:
        return answer.failure
    is_broken = answer.status >= 400 and answer.status not in _NOT_BROKEN
    return answer.said if is_broken else ""


def _named(link: Link) -> str:
    return f" (“{link.words[:40]}”)" if link.words else ""


def static(crawl: Crawl, app: App) -> Result:
    """nginx itself answers for the static files, with a header that lets browsers keep them."""
    by_app = [path_of(url) for url, answer in crawl.static.items() if RELEASE in answer.headers]
    note = f"the app itself serves {', '.join(by_app[:3])}" if by_app else ""
    if app.static_url is None:
        why = "deploy.yml has no app.static_url, so nginx serves no static files"
        return Result(unjudged="; ".join(filter(None, [why, note])), is_judged=False)
    files = {
        url: answer
        for url, answer in crawl.static.items()
        if urlsplit(url).path.startswith(app.static_url) and answer.status == 200
    }
    if not files:
        why = f"the pages load no file below {app.static_url}"
        return Result(unjudged="; ".join(filter(None, [why, note])), is_judged=False)
    found = tuple(_static_findings(crawl, files, app.static_expires))
    names = ", ".join(path_of(url) for url in files)
    return Result(found, "; ".join(filter(None, [names, note])))


def _static_findings(crawl: Crawl, files: Mapping[str, Answer], expires: str) -> Iterator[Finding]:
    for page in crawl.pages:
        loaded = {without_fragment(resource.url) for resource in page.resources}
        for url, answer in files.items():
            if url in loaded and (problem := _static_problem(answer, expires)):
                yield Finding(page.path, path_of(url), f"loads {path_of(url)}, which {problem}")


def _static_problem(answer: Answer, expires: str) -> str:
    if RELEASE in answer.headers:
        return "the app serves, and not nginx"
    # deploy.yml may say that they are not to be kept.
    if expires == "off" or expires.startswith("0") or _is_kept(answer.headers):
        return ""
    return "has no header that lets browsers keep it"


def _is_kept(headers: Mapping[str, str]) -> bool:
    control = headers.get("cache-control", "").lower()
    age = re.search(r"max-age=(\d+)", control)
    if "no-store" in control or "no-cache" in control:
        return False
    return int(age[1]) > 0 if age else "expires" in headers
