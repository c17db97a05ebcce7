"""Checks of each page by itself: what they find, and what they leave unjudged."""

import pytest

from tests.unit.testing.checks.seen import BASE, answer, crawl, failed, home
from understudy.config.verify import Budget
from understudy.testing.checks import page_checks
from understudy.testing.checks.evidence import Answer, Crawl, Element, Resource, Violation

BUDGET = Budget()
CDN_IS_AWAY = failed("https://cdn.test/a.js", "net::ERR_NAME_NOT_RESOLVED")


def start(status: int, *demanded: str, kind: str = "text/html") -> Crawl:
    """A crawl whose start is no page."""
    answers = {f"{BASE}/": Answer(f"{BASE}/", status, {"content-type": kind})}
    return Crawl(BASE, demanded=demanded, answers=answers)


def test_page_that_answers_passes() -> None:
    result = page_checks.status(crawl())

    assert (result.findings, result.unjudged) == ((), "")
    assert result.looked_at == "/ answers 200 text/html"


@pytest.mark.parametrize("status", [500, 502, 503])
def test_error_of_the_server_fails(status: int) -> None:
    [found] = page_checks.status(start(status)).findings

    assert (found.page, found.text) == ("/", f"answers {status}")


def test_start_without_an_answer_fails() -> None:
    seen = Crawl(BASE, answers={f"{BASE}/": Answer("", failure="gives no answer: refused")})

    [found] = page_checks.status(seen).findings

    assert found.text == "gives no answer: refused"


def test_refusal_of_nginx_is_shown_by_its_title() -> None:
    """What is accepted in deploy.yml is named without it."""
    why = "400 Request Header Or Cookie Too Large"
    seen = Crawl(BASE, answers={f"{BASE}/": Answer(f"{BASE}/", 400, title=why)}, demanded=("/",))

    [found] = page_checks.status(seen).findings

    assert found.text == f"answers 400 ({why}), and deploy.yml names this page"
    assert found.subject == "answers 400"


def test_site_without_a_start_page_is_not_judged() -> None:
    """As of `startproject`, or of an API."""
    result = page_checks.status(start(404))

    assert (result.findings, result.is_judged) == ((), False)
    assert result.unjudged == "/ answers 404"


def test_page_that_deploy_yml_names_has_to_be_there() -> None:
    [found] = page_checks.status(start(404, "/")).findings

    assert found.text == "answers 404, and deploy.yml names this page"


@pytest.mark.parametrize("status", [401, 403, 429])
def test_page_that_refuses_a_visitor_is_not_judged(status: int) -> None:
    assert page_checks.status(start(status, "/")).findings == ()
    assert page_checks.status(crawl(home(status=status))).findings == ()


def test_page_that_fails_when_it_is_opened_again_fails() -> None:
    [found] = page_checks.status(crawl(home(status=500))).findings

    assert found.text == "in the browser: answers 500"


def test_redirect_is_shown_with_where_it_leads() -> None:
    seen = crawl(answers={f"{BASE}/": answer("/login/?next=/")})

    assert page_checks.status(seen).looked_at == "/ answers 200 text/html at /login/?next=/"


def test_page_that_fails_in_the_browser_only_fails() -> None:
    failing = home(status=0, is_document=False, failure="net::ERR_CERT_AUTHORITY_INVALID")

    [found] = page_checks.status(crawl(failing)).findings

    assert found.text == "in the browser: net::ERR_CERT_AUTHORITY_INVALID"


@pytest.mark.parametrize(
    "seen",
    [
        start(404),
        start(200, kind="application/json"),
        start(401),
        crawl(home(is_document=False, title="", language="")),
    ],
)
def test_site_without_pages_is_left_unjudged_with_the_reason(seen: Crawl) -> None:
    results = [
        page_checks.title(seen),
        page_checks.language(seen),
        page_checks.accessibility(seen),
        page_checks.weight(seen, BUDGET),
        page_checks.time(seen, BUDGET),
    ]

    for result in results:
        assert (result.findings, result.is_judged) == ((), False)
        assert result.unjudged.startswith("no page to check: / answers ")


@pytest.mark.parametrize("title", ["", " \n"])
def test_page_without_title_fails(title: str) -> None:
    [found] = page_checks.title(crawl(home(title=title))).findings

    assert (found.page, found.text) == ("/", "has no title")


def test_page_without_language_fails() -> None:
    [found] = page_checks.language(crawl(home(language=""))).findings

    assert found.text == 'names no language, as by <html lang="en">'


def test_whole_page_passes_all() -> None:
    seen = crawl(home())

    assert page_checks.title(seen).findings == ()
    assert page_checks.language(seen).findings == ()
    assert page_checks.accessibility(seen).findings == ()
    assert page_checks.weight(seen, BUDGET).findings == ()
    assert page_checks.time(seen, BUDGET).findings == ()


def violation(impact: str = "serious", count: int = 1) -> Violation:
    elements = (Element(f"p:nth-child({number})", "contrast of 2") for number in range(count))
    return Violation("color-contrast", impact, "Elements must have contrast", tuple(elements))


@pytest.mark.parametrize("impact", ["serious", "critical"])
def test_grave_violation_fails_with_its_element(impact: str) -> None:
    [found] = page_checks.accessibility(crawl(home(violations=(violation(impact),)))).findings

    assert found.subject == "color-contrast"
    assert found.text.splitlines() == [
        f"Elements must have contrast (color-contrast, {impact})",
        "    p:nth-child(0): contrast of 2",
    ]


@pytest.mark.parametrize("impact", ["moderate", "minor"])
def test_lesser_violation_passes(impact: str) -> None:
    assert page_checks.accessibility(crawl(home(violations=(violation(impact),)))).findings == ()


def test_of_many_elements_a_few_are_shown() -> None:
    [found] = page_checks.accessibility(crawl(home(violations=(violation(count=9),)))).findings

    assert found.text.splitlines()[-1] == "    and 6 more elements"


def test_failure_of_axe_is_no_failure_of_the_page() -> None:
    result = page_checks.accessibility(crawl(home(axe_failure="axe-core gave no result")))

    assert (result.findings, result.is_judged) == ((), False)
    assert result.unjudged == "/: axe-core gave no result"


def test_page_that_lacks_another_hosts_files_is_not_judged_by_its_looks() -> None:
    """A machine that rehearses may have no internet."""
    lacking = home(console=(CDN_IS_AWAY,), violations=(violation(),), seconds=25)
    seen = crawl(lacking)

    for result in (page_checks.accessibility(seen), page_checks.time(seen, BUDGET)):
        assert (result.findings, result.is_judged) == ((), False)
        assert result.unjudged == (
            "/ is not as visitors get it: this machine could not reach cdn.test"
        )


def test_other_pages_are_judged_nevertheless() -> None:
    whole = home(path="/b", url=f"{BASE}/b", violations=(violation(),))

    result = page_checks.accessibility(crawl(home(console=(CDN_IS_AWAY,)), whole))

    assert [found.page for found in result.findings] == ["/b"]
    assert result.unjudged
    assert result.is_judged


def test_heavy_page_fails_with_what_is_heaviest() -> None:
    loads = (
        Resource(f"{BASE}/small.css", "link", 200, 1000),
        Resource(f"{BASE}/big.jpg", "img", 200, 6_000_000),
        Resource("https://cdn.test/film.mp4", "video", 200, 9_000_000),
    )

    [found] = page_checks.weight(crawl(home(size=6_002_000, resources=loads)), BUDGET).findings

    assert found.text == (
        "weighs 6002 kB, and the budget is 5000 kB; most of it: /big.jpg 6000 kB, /small.css 1 kB"
    )


def test_page_may_weigh_as_much_as_its_budget() -> None:
    assert page_checks.weight(crawl(home(size=5_000_000)), BUDGET).findings == ()


def test_slow_page_fails() -> None:
    [found] = page_checks.time(crawl(home(seconds=20.5)), BUDGET).findings

    assert found.text == "was loaded after 20.5 s, and the budget is 20 s"


def test_page_that_is_never_loaded_fails_with_what_it_waits_for() -> None:
    [found] = page_checks.time(
        crawl(home(seconds=None, waiting=(f"{BASE}/slow.js",))), BUDGET
    ).findings

    assert found.text == "was not loaded in time, and the budget is 20 s; it waits for /slow.js"


def test_page_that_waits_for_another_host_is_not_judged() -> None:
    waiting = home(seconds=None, waiting=("https://cdn.test/a.js",))

    assert page_checks.time(crawl(waiting), BUDGET).findings == ()
