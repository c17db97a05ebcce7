"""Checks of what pages load and where they lead: what they find, and what is no fault of the app."""

from dataclasses import replace

import pytest

from tests.unit.testing.checks.seen import BASE, answer, answered, crawl, failed, home
from understudy.config.app import App
from understudy.testing.checks import loading_checks
from understudy.testing.checks.evidence import Answer, ConsoleLine, Link, Page, Resource
from understudy.testing.checks.findings import Result

CDN = "https://cdn.test/a.js"


def app(**changes: object) -> App:
    values = {"name": "shop", "source": ".", "module": "shop:app", "static_url": "/static/"}
    return App.model_validate(values | changes)


def test_error_in_the_console_fails() -> None:
    line = ConsoleLine("SEVERE", "javascript", f"{BASE}/a.js 3:7 Uncaught TypeError: x is null")

    [found] = loading_checks.console(crawl(home(console=(line,)))).findings

    assert found.text == "console error: /a.js 3:7 Uncaught TypeError: x is null"
    assert found.subject == "Uncaught TypeError: x is null"


@pytest.mark.parametrize(
    "line",
    [
        ConsoleLine("WARNING", "console-api", "deprecated"),
        ConsoleLine("INFO", "console-api", "hello"),
        # The check of requests is about it.
        answered("/a.css", 404),
        # Django's default, over HTTP.
        ConsoleLine(
            "SEVERE",
            "other",
            f"{BASE}/ - The Cross-Origin-Opener-Policy header has been ignored, because the URL's origin",
        ),
        ConsoleLine("SEVERE", "security", "Mixed Content: The page at …"),
    ],
)
def test_other_lines_pass(line: ConsoleLine) -> None:
    assert loading_checks.console(crawl(home(console=(line,)))).findings == ()


def test_error_on_a_page_without_its_scripts_is_not_judged() -> None:
    lines = (
        failed(CDN, "net::ERR_NAME_NOT_RESOLVED"),
        ConsoleLine("SEVERE", "javascript", f"{BASE}/ 3:7 Uncaught ReferenceError: bootstrap"),
    )

    result = loading_checks.console(crawl(home(console=lines)))

    assert (result.findings, result.is_judged) == ((), False)


def requests_of(*console: ConsoleLine, kind: str = "img") -> list[str]:
    """The texts of the findings on a page with this console."""
    loads = (Resource(f"{BASE}/api", kind, 0, 0),)
    result = loading_checks.requests(crawl(home(console=console, resources=loads)))
    return [found.text for found in result.findings]


def test_missing_file_fails() -> None:
    assert requests_of(answered("/a.css", 404)) == ["loads /a.css, which answers 404"]


def test_request_without_an_answer_fails() -> None:
    assert requests_of(failed(f"{BASE}/a.js", "net::ERR_EMPTY_RESPONSE")) == [
        "loads /a.js, which can't be loaded: net::ERR_EMPTY_RESPONSE"
    ]


@pytest.mark.parametrize("status", [404, 500])
def test_failed_request_of_a_script_fails(status: int) -> None:
    assert requests_of(answered("/api", status), kind="fetch")


def test_missing_file_of_another_host_fails() -> None:
    assert requests_of(failed(CDN, "the server responded with a status of 404 ()"))


@pytest.mark.parametrize(
    "line",
    [
        # The page has not asked for it.
        answered("/favicon.ico", 404),
        failed(f"{BASE}/a.js", "net::ERR_ABORTED"),
        failed(f"{BASE}/a.js", "net::ERR_NETWORK_CHANGED"),
        failed(CDN, "net::ERR_NAME_NOT_RESOLVED"),
        failed(CDN, "net::ERR_CONNECTION_TIMED_OUT"),
        # An API key that is for the production domain.
        failed(CDN, "the server responded with a status of 403 ()"),
        failed(CDN, "the server responded with a status of 503 ()"),
        ConsoleLine("SEVERE", "javascript", f"{BASE}/ - Failed to load resource: as a script says"),
    ],
)
def test_what_is_no_fault_of_the_app_passes(line: ConsoleLine) -> None:
    assert requests_of(line) == []


@pytest.mark.parametrize("kind", ["fetch", "xmlhttprequest"])
def test_script_may_ask_whether_there_is_a_session(kind: str) -> None:
    assert requests_of(answered("/api", 401), kind=kind) == []


def test_file_that_nginx_may_not_read_fails() -> None:
    assert requests_of(answered("/api", 403), kind="img") == ["loads /api, which answers 403"]


def test_page_itself_is_judged_by_its_status() -> None:
    assert requests_of(answered("/", 500)) == []


def test_mixed_content_fails() -> None:
    text = (
        "https://shop.test/ - Mixed Content: The page at 'https://shop.test/' was loaded over HTTPS, but "
        "requested an insecure script 'http://shop.test/a.js'. This request has been blocked."
    )
    page = home(console=(ConsoleLine("SEVERE", "security", text),))

    [found] = loading_checks.mixed_content(crawl(page, base="https://shop.test")).findings

    assert found.subject == "http://shop.test/a.js"
    assert found.text.startswith("Mixed Content: The page at")


def test_plain_http_mixes_nothing() -> None:
    result = loading_checks.mixed_content(crawl())

    assert (result.findings, result.is_judged) == ((), False)


def linked(found: Answer, words: str = "Offers") -> tuple[str, ...]:
    """The texts of the findings about a link that led to this answer."""
    page = home(links=(Link(f"{BASE}/offers#new", words), Link(f"{BASE}/offers", words)))
    seen = crawl(page)
    seen = replace(seen, answers={**seen.answers, f"{BASE}/offers": found})
    return tuple(finding.text for finding in loading_checks.links(seen).findings)


@pytest.mark.parametrize("status", [400, 404, 410, 500, 503])
def test_broken_link_fails_once(status: int) -> None:
    assert linked(answer("/offers", status)) == (
        f"links to /offers (“Offers”), which answers {status}",
    )


def test_link_without_an_answer_fails() -> None:
    text = "gives no answer: timed out"

    assert linked(Answer(f"{BASE}/offers", failure=text), "") == (
        f"links to /offers, which {text}",
    )


@pytest.mark.parametrize("status", [200, 204, 302, 401, 403, 405, 429])
def test_link_that_leads_somewhere_passes(status: int) -> None:
    assert linked(answer("/offers", status)) == ()


def test_link_that_is_not_shown_passes() -> None:
    """Such as one about the items that a visitor ticks: a script adds them to its address."""
    page = home(links=(Link(f"{BASE}/bulk/", is_visible=False),))
    answers = {f"{BASE}/": answer(), f"{BASE}/bulk/": answer("/bulk/", 404)}

    assert loading_checks.links(crawl(page, answers=answers)).findings == ()


def test_link_that_was_not_followed_passes() -> None:
    page = home(links=(Link(f"{BASE}/logout"), Link("http://elsewhere.test/")))

    result = loading_checks.links(crawl(page))

    assert result.findings == ()
    assert result.looked_at == "1 page: /; 1 addresses of the site"


def test_link_to_the_site_over_plain_http_fails_where_there_is_https() -> None:
    links = (Link("http://shop.test/logout"), Link("http://elsewhere.test/"))
    page = home(url="https://shop.test/", links=links)

    found = loading_checks.links(crawl(page, base="https://shop.test")).findings

    assert [one.text for one in found] == [
        "links to /logout, which is over plain HTTP: http://shop.test/logout"
    ]
    assert loading_checks.links(crawl(page, base="http://shop.test")).findings == ()


STYLES = f"{BASE}/static/a.css"
LOADING = home(resources=(Resource(STYLES, "link", 200, 9),))


def static_of(found: Answer, page: Page = LOADING, **changes: object) -> Result:
    return loading_checks.static(crawl(page, static={found.url: found}), app(**changes))


def file(**headers: str) -> Answer:
    return Answer(STYLES, 200, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    "header",
    [
        {"cache_control": "max-age=3600"},
        {"cache_control": "public, max-age=31536000, immutable"},
        {"expires": "Thu, 01 Jan 2037 00:00:00 GMT"},
    ],
)
def test_file_that_browsers_may_keep_passes(header: dict[str, str]) -> None:
    result = static_of(file(**header))

    assert (result.findings, result.is_judged) == ((), True)
    assert result.looked_at == "/static/a.css"


@pytest.mark.parametrize(
    "header", [{}, {"cache_control": "max-age=0"}, {"cache_control": "no-store, max-age=9"}]
)
def test_file_that_browsers_may_not_keep_fails(header: dict[str, str]) -> None:
    [found] = static_of(file(**header)).findings

    assert found.subject == "/static/a.css"
    assert found.text == "loads /static/a.css, which has no header that lets browsers keep it"


def test_file_that_the_app_serves_fails() -> None:
    [found] = static_of(file(cache_control="max-age=9", x_understudy_release="abc")).findings

    assert found.text == "loads /static/a.css, which the app serves, and not nginx"


@pytest.mark.parametrize("expires", ["off", "0", "0s"])
def test_deploy_yml_may_say_that_files_are_not_kept(expires: str) -> None:
    assert static_of(file(), static_expires=expires).findings == ()


def test_app_that_serves_its_files_itself_is_not_judged() -> None:
    result = static_of(file(x_understudy_release="abc"), static_url=None)

    assert (result.findings, result.is_judged) == ((), False)
    assert result.unjudged == (
        "deploy.yml has no app.static_url, so nginx serves no static files; the app itself serves "
        "/static/a.css"
    )


def test_files_elsewhere_are_not_judged() -> None:
    result = static_of(file(x_understudy_release="abc"), static_url="/assets/")

    assert (result.findings, result.is_judged) == ((), False)
    assert "the pages load no file below /assets/" in result.unjudged
