"""Checks of the edge: what they find of redirects, names, HSTS, cookies and certificates."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.fakes import config
from tests.unit.testing.checks.seen import answer, crawl
from understudy.testing.checks import edge_checks
from understudy.testing.checks.edge import PATH, Edge, Expected, Hop, Stranger
from understudy.testing.checks.evidence import Answer
from understudy.testing.checks.findings import Result
from understudy.traffic.certificate import Certificate, Handshake

NOW = datetime(2027, 1, 1, tzinfo=UTC)
OWN = Certificate(7, ("shop.test",), NOW + timedelta(days=60), is_self_signed=False)
HTTPS = Expected("shop.test", has_https=True, names=("shop.test",))
CLOSED = Answer("http://unknown.invalid", failure="gives no answer: Remote end closed connection")
REFUSED = Handshake(failure="unrecognized name")


def edge(expected: Expected = HTTPS, **changes: Any) -> Edge:
    return replace(Edge(expected, NOW, own=Handshake(OWN)), **changes)


def texts(result: Result) -> list[str]:
    return [found.text for found in result.findings]


MORE = replace(
    HTTPS,
    names=("shop.test", "www.shop.test", "shop.example"),
    leading={"www.shop.test": "shop.test"},
)


def test_each_name_leads_to_https_and_those_that_only_lead_elsewhere_there() -> None:
    assert list(MORE.redirects()) == [
        ("http://shop.test", ("https://shop.test",)),
        ("http://www.shop.test", ("https://www.shop.test", "https://shop.test")),
        ("https://www.shop.test", ("https://shop.test",)),
        ("http://shop.example", ("https://shop.example",)),
    ]


def test_expectations_follow_from_the_target() -> None:
    names = ["shop.test", {"name": "*.shop.example", "redirect_to": "shop.test"}]
    files = {"chain": "/etc/ssl/a", "key": "/etc/ssl/b"}
    target = config(target={"domain": "", "domains": names, "certificate": files, "hsts": "1d"})

    expected = Expected.of(target.target("staging"))

    assert expected == replace(
        HTTPS,
        names=("shop.test", "*.shop.example"),
        leading={"*.shop.example": "shop.test"},
        hsts="max-age=86400",
    )
    assert ("https://understudy-check.shop.example", ("https://shop.test",)) in [
        *expected.redirects()
    ]


def test_without_https_only_names_that_lead_elsewhere_are_redirected() -> None:
    plain = replace(MORE, has_https=False)

    assert list(plain.redirects()) == [("http://www.shop.test", ("http://shop.test",))]


def hop(status: int = 301, failure: str = "", **headers: str) -> Hop:
    start, wanted = f"http://shop.test{PATH}", f"https://shop.test{PATH}"
    return Hop(start, (wanted,), Answer(start, status, headers, failure))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_that_keeps_path_and_query_passes(status: int) -> None:
    result = edge_checks.redirects(edge(hops=(hop(status, location=f"https://shop.test{PATH}"),)))

    assert (result.findings, result.is_judged) == ((), True)


@pytest.mark.parametrize(
    ("came", "words"),
    [
        (hop(200), "answers 200 without a redirect"),
        (hop(location="https://shop.test/"), "leads to https://shop.test/"),
        (hop(location=f"http://shop.test{PATH}"), f"leads to http://shop.test{PATH}"),
        (hop(location=PATH), f"leads to http://shop.test{PATH}"),
        (hop(0, failure="gives no answer: refused"), "gives no answer: refused"),
    ],
)
def test_other_redirect_fails_with_what_was_asked_and_what_came(came: Hop, words: str) -> None:
    [found] = edge_checks.redirects(edge(hops=(came,))).findings

    assert found.subject == "http://shop.test"
    assert found.text == (
        f"http://shop.test{PATH} must lead to https://shop.test{PATH} in one step, and {words}"
    )


def test_site_with_one_name_and_no_https_has_no_redirect_to_judge() -> None:
    assert not edge_checks.redirects(edge(Expected("shop.test"), own=None)).is_judged


def test_name_that_is_not_ours_gets_nothing() -> None:
    refused = (Stranger("unknown.invalid", CLOSED, REFUSED), Stranger("", CLOSED, REFUSED))

    assert edge_checks.other_names(edge(strangers=refused)).findings == ()


def test_name_that_is_not_ours_and_gets_an_answer_or_our_certificate_fails() -> None:
    answered = (
        Stranger("unknown.invalid", answer(status=200), Handshake(OWN)),
        Stranger("", CLOSED, Handshake(OWN)),
    )

    assert texts(edge_checks.other_names(edge(strangers=answered))) == [
        "asked for unknown.invalid over HTTP it answers 200; it must close the connection",
        "asked for unknown.invalid over HTTPS it shows the certificate of shop.test; "
        "it must refuse the handshake",
        "asked by its address alone over HTTPS it shows the certificate of shop.test; "
        "it must refuse the handshake",
    ]


def test_certificate_of_another_site_of_the_host_is_no_fault() -> None:
    others = Stranger("", CLOSED, Handshake(replace(OWN, serial=8, names=("elsewhere.test",))))

    assert edge_checks.other_names(edge(strangers=(others,))).findings == ()


def hsts(asked: str, *sent: str | None, static: str = "") -> Result:
    """Of a site whose pages send these headers. static: that of a file."""
    answers = {
        f"/{number}": answer(strict_transport_security=one) if one else answer()
        for number, one in enumerate(sent)
    }
    files = {"/a.css": answer("/a.css", strict_transport_security=static)} if static else {}
    return edge_checks.hsts(crawl(answers=answers, static=files), edge(replace(HTTPS, hsts=asked)))


def test_header_as_asked_for_passes() -> None:
    assert hsts("max-age=86400", "max-age=86400", static="max-age=86400").findings == ()


def test_app_may_send_its_own_header() -> None:
    result = hsts("", "max-age=60", None)

    assert (result.findings, result.warnings) == ((), ())
    assert result.looked_at == "Strict-Transport-Security: max-age=60 and none"
    assert hsts("max-age=9", "max-age=60", static="max-age=9").findings == ()


def test_header_that_is_missing_comes_twice_or_is_not_nginxs_fails() -> None:
    assert texts(hsts("max-age=60", None, "max-age=60, max-age=60", static="max-age=9")) == [
        "has no Strict-Transport-Security; deploy.yml asks for max-age=60",
        "sends Strict-Transport-Security more than once: max-age=60, max-age=60",
        "has Strict-Transport-Security: max-age=9; deploy.yml asks for max-age=60",
    ]


@pytest.mark.parametrize("more", ["includeSubDomains", "preload"])
def test_header_that_binds_more_than_the_site_is_warned_of(more: str) -> None:
    [warning] = hsts("", f"max-age=31536000; {more}").warnings

    assert f"sends Strict-Transport-Security: max-age=31536000; {more}. That" in warning


def cookies(*cookies: str, expected: Expected = HTTPS) -> Result:
    seen = crawl(answers={"/": replace(answer(), cookies=cookies)})
    return edge_checks.cookies(seen, edge(expected))


def test_cookies_for_https_only_pass() -> None:
    result = cookies("csrftoken=a; Path=/; Secure", "sessionid=b; HttpOnly; secure", "theme=dark")

    assert result == Result(looked_at="cookies: csrftoken, sessionid")


@pytest.mark.parametrize(
    "name", ["sessionid", "session", "csrftoken", "XSRF-TOKEN", "connect.sid", "auth", "__Host-a"]
)
def test_cookie_of_a_session_or_form_without_secure_fails(name: str) -> None:
    [found] = cookies(f"{name}=secure; Path=/secure; SameSite=Lax").findings

    assert (found.subject, found.text) == (
        name,
        f"sets the cookie {name} without Secure, over HTTPS",
    )


@pytest.mark.parametrize("removed", ["sessionid=; Max-Age=0", 'sessionid=""; Max-Age=0', "session"])
def test_cookie_that_is_removed_has_nothing_to_keep_secret(removed: str) -> None:
    assert cookies(removed).findings == ()


def test_without_https_no_cookie_has_to_be_secure() -> None:
    assert not cookies("sessionid=a", expected=Expected("shop.test")).is_judged


def certificate(distrust: str = "", expected: Expected = HTTPS, **changes: Any) -> Result:
    shown = edge(expected, own=Handshake(replace(OWN, **changes)), distrust=distrust)
    return edge_checks.certificate(shown)


def test_certificate_that_lasts_passes() -> None:
    result = certificate()

    assert (result.findings, result.warnings) == ((), ())
    assert result.looked_at == "serial 07 for shop.test, ends 2027-03-02 00:00 UTC"


@pytest.mark.parametrize(
    ("days", "fails", "warns"),
    [
        (-1, True, False),
        (6.9, True, False),
        (7, False, True),
        (13.9, False, True),
        (14, False, False),
    ],
)
def test_certificate_that_ends_soon(days: float, fails: bool, warns: bool) -> None:
    result = certificate(ends=NOW + timedelta(days=days))

    assert (bool(result.findings), bool(result.warnings)) == (fails, warns)


def test_certificate_that_browsers_refuse_fails_with_the_reason() -> None:
    named = replace(HTTPS, names=("shop.test", "www.shop.test"))

    assert texts(certificate("unable to get local issuer certificate")) == [
        "browsers don't trust the certificate: unable to get local issuer certificate"
    ]
    assert texts(certificate("self-signed certificate", is_self_signed=True)) == [
        "the certificate is self-signed: no browser trusts it"
    ]
    assert texts(certificate(is_self_signed=True)) == [], "it is one of acme.roots"
    assert texts(certificate(expected=named)) == [
        "the certificate is for shop.test, not for www.shop.test"
    ]


def test_ended_certificate_is_one_finding() -> None:
    ended = certificate("certificate has expired", ends=NOW - timedelta(days=2))

    assert texts(ended) == ["the certificate has ended at 2026-12-30 00:00 UTC"]


def test_site_that_shows_no_certificate_fails() -> None:
    shown = edge(own=Handshake(failure="connection refused"))

    assert texts(edge_checks.certificate(shown)) == [
        "shows no certificate for shop.test: connection refused"
    ]


def test_without_https_there_is_no_certificate_to_judge() -> None:
    assert not edge_checks.certificate(edge(Expected("shop.test"), own=None)).is_judged
