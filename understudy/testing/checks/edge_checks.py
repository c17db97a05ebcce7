"""Checks of a site's edge: redirects, names that are not its own, HSTS, cookies, the certificate. Pure."""

import re
from collections.abc import Iterator

from understudy.config.overdue import DAYS_TO_WARN
from understudy.host.certificates import DAYS_TO_FAIL
from understudy.local.numbers import number_of
from understudy.testing.checks.edge import Edge, Hop, Stranger
from understudy.testing.checks.evidence import Answer, Crawl
from understudy.testing.checks.findings import Finding, Result
from understudy.testing.checks.links import path_of
from understudy.testing.checks.loading_checks import RELEASE
from understudy.traffic.certificate import Certificate

HSTS = "strict-transport-security"
# Names of cookies by which an app knows a visitor, or a form of its own.
_SECRET = re.compile(
    r"sess|csrf|xsrf|auth|token|login|remember|^__host-|^__secure-|sid$", re.IGNORECASE
)
# They bind other sites, or browsers that were never here, and take months to be taken back.
_FAR_REACHING = re.compile(r"includesubdomains|preload", re.IGNORECASE)
_PLAIN = Result(unjudged="this target has no HTTPS", is_judged=False)


def redirects(edge: Edge) -> Result:
    """Plain HTTP, and names that only lead to the domain, lead where they should in one step."""
    if not edge.hops:
        return Result(unjudged="this target has one name, and no HTTPS to lead to", is_judged=False)
    found = tuple(
        Finding("/", hop.start.partition("/understudy-check")[0], problem)
        for hop in edge.hops
        if (problem := _astray(hop))
    )
    return Result(found, f"asked {', '.join(hop.start for hop in edge.hops)}")


def _astray(hop: Hop) -> str:
    answer = hop.answer
    must = f"{hop.start} must lead to {' or '.join(hop.wanted)} in one step, and"
    if answer.failure:
        return f"{must} {answer.failure}"
    if not answer.location:
        return f"{must} answers {answer.status} without a redirect"
    return "" if answer.location in hop.wanted else f"{must} leads to {answer.location}"


def other_names(edge: Edge) -> Result:
    """A visitor who asks for a name that is not the site's gets no answer and not its certificate."""
    found = tuple(
        Finding("/", stranger.name or "no name", problem)
        for stranger in edge.strangers
        for problem in _strange(stranger, edge)
    )
    names = [stranger.name or "no name" for stranger in edge.strangers]
    return Result(found, f"asked for {', '.join(names)}", is_judged=bool(names))


def _strange(stranger: Stranger, edge: Edge) -> Iterator[str]:
    who = f"for {stranger.name}" if stranger.name else "by its address alone"
    if not stranger.plain.failure:
        yield f"asked {who} over HTTP it answers {stranger.plain.status}; it must close the connection"
    shown = stranger.tls.certificate if stranger.tls else None
    if shown and edge.certificate and shown.serial == edge.certificate.serial:
        yield (
            f"asked {who} over HTTPS it shows the certificate of {', '.join(shown.names)}; "
            "it must refuse the handshake"
        )


def hsts(crawl: Crawl, edge: Edge) -> Result:
    """Each answer over HTTPS has the header that deploy.yml asks for; a page may have the app's own."""
    if not edge.expected.has_https:
        return _PLAIN
    by_app = [answer for answer in crawl.answers.values() if answer.status]
    by_nginx = [answer for answer in crawl.static.values() if RELEASE not in answer.headers]
    if not by_app:
        return Result(unjudged="no page has answered", is_judged=False)
    found = tuple(
        Finding(path_of(answer.url), "header", problem)
        for answers, may_differ in ((by_app, True), (by_nginx, False))
        for answer in answers
        if (problem := _hsts_problem(answer, edge.expected.hsts, may_differ=may_differ))
    )
    sent = dict.fromkeys(answer.headers.get(HSTS, "none") for answer in (*by_app, *by_nginx))
    warnings = tuple(
        f"the app sends Strict-Transport-Security: {value}. That holds for other sites below the domain, or in "
        "browsers that were never here, and can't be taken back at once"
        for value in sent
        if _FAR_REACHING.search(value)
    )
    return Result(found, f"Strict-Transport-Security: {' and '.join(sent)}", warnings=warnings)


def _hsts_problem(answer: Answer, asked: str, *, may_differ: bool) -> str:
    sent = answer.headers.get(HSTS)
    if sent and "," in sent:
        return f"sends Strict-Transport-Security more than once: {sent}"
    if not asked or sent == asked or (sent and may_differ):
        return ""
    what = f"has Strict-Transport-Security: {sent}" if sent else "has no Strict-Transport-Security"
    return f"{what}; deploy.yml asks for {asked}"


def cookies(crawl: Crawl, edge: Edge) -> Result:
    """Cookies of sessions and forms that come over HTTPS never go over plain HTTP."""
    if not edge.expected.has_https:
        return _PLAIN
    secret = {
        (path_of(url), name): attributes
        for url, answer in crawl.answers.items()
        for name, value, attributes in map(_parse, answer.cookies)
        # One without a value is being removed.
        if value and _SECRET.search(name)
    }
    found = tuple(
        Finding(path, name, f"sets the cookie {name} without Secure, over HTTPS")
        for (path, name), attributes in secret.items()
        if "secure" not in attributes
    )
    names = ", ".join(dict.fromkeys(name for _, name in secret))
    return Result(found, f"cookies: {names or 'none of a session or a form is set'}")


def _parse(cookie: str) -> tuple[str, str, set[str]]:
    """Name, value and the names of the attributes of a Set-Cookie."""
    pair, *attributes = cookie.split(";")
    name, _, value = pair.partition("=")
    named = {attribute.partition("=")[0].strip().lower() for attribute in attributes}
    return name.strip(), value.strip(' "'), named


def certificate(edge: Edge) -> Result:
    """It is for the site's names, browsers trust it, and it lasts long enough to be renewed."""
    if not edge.own:
        return _PLAIN
    shown = edge.own.certificate
    if shown is None:
        text = f"shows no certificate for {edge.expected.domain}: {edge.own.failure}"
        return Result((Finding("/", "handshake", text),))
    found = tuple(Finding("/", subject, text) for subject, text in _faults(shown, edge))
    names, ends = ", ".join(shown.names), f"{shown.ends:%Y-%m-%d %H:%M} UTC"
    days = shown.days_left(edge.now)
    ends_soon = DAYS_TO_FAIL <= days < DAYS_TO_WARN
    warning = f"the certificate of {names} ends in {number_of(round(days), 'day')}, at {ends}: was it renewed?"
    looked_at = f"serial {shown.shown_serial} for {names}, ends {ends}"
    return Result(found, looked_at, warnings=(warning,) if ends_soon else ())


def _faults(shown: Certificate, edge: Edge) -> Iterator[tuple[str, str]]:
    """Subject and text of each."""
    days, ends = shown.days_left(edge.now), f"{shown.ends:%Y-%m-%d %H:%M} UTC"
    if days < 0:
        yield "ends", f"the certificate has ended at {ends}"
    elif days < DAYS_TO_FAIL:
        yield "ends", f"the certificate ends in {days:.1f} days, at {ends}"
    # One that the CAs of the target include, or this machine's, is trusted.
    if shown.is_self_signed and edge.distrust:
        yield "trust", "the certificate is self-signed: no browser trusts it"
    elif edge.distrust and days >= 0:
        yield "trust", f"browsers don't trust the certificate: {edge.distrust}"
    if lacking := [name for name in edge.expected.names if not shown.covers(name)]:
        yield (
            "names",
            f"the certificate is for {', '.join(shown.names)}, not for {', '.join(lacking)}",
        )
