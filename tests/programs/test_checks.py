"""The checks of every site, in a real browser: each is seen to fail, none for a good site."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import testinfra
from selenium import webdriver

from tests.programs import planted_site
from tests.programs.planted_site import DOMAIN, Server, served
from tests.unit.fakes import settings
from understudy.config.model import Config
from understudy.config.verify import CHECKS, Budget
from understudy.testing import chromium
from understudy.testing.browser import OPTIONS, Browser, program, start_browser
from understudy.testing.checks import judge
from understudy.testing.checks.crawl import Limits
from understudy.testing.checks.edge import Edge, Expected
from understudy.testing.checks.findings import Result
from understudy.testing.checks.site_crawl import crawl_site
from understudy.testing.checks.visit import visit
from understudy.testing.site import Site

pytestmark = pytest.mark.needs("chromium", "chromedriver", "openssl")

BUDGET = Budget(kilobytes=100)
SLOW = Budget(kilobytes=100, seconds=1)
LIMITS = Limits(pages=20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    options = webdriver.ChromeOptions()
    options.binary_location = program("chromium")
    rule = f"--host-resolver-rules=MAP {DOMAIN} 127.0.0.1"
    for option in (*OPTIONS, rule, *chromium.options()):
        options.add_argument(option)
    options.accept_insecure_certs = True
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=program("chromedriver"))
    with Browser(options=options, service=service) as started:
        yield started


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate with its key."""
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={DOMAIN}"]
    subprocess.run([*make, "-keyout", file, "-out", f"{file}.crt"], check=True, capture_output=True)
    file.write_text(file.read_text() + Path(f"{file}.crt").read_text())
    return file


def checked(
    browser: Browser, server: Server, budget: Budget = BUDGET, **verify: Any
) -> dict[str, Result]:
    """The results of all checks of a server's site. verify: keys of that part of deploy.yml."""
    site = Site("staging", server.url, "127.0.0.1", disposable=True)
    values = settings(app={"static_url": "/static/"}) | {"verify": verify}
    made = Config.model_validate(values)
    seen = crawl_site(site, browser, made, lambda: testinfra.get_host("local://"), LIMITS)
    expected = Expected(DOMAIN, has_https=server.scheme == "https", hsts="max-age=60")
    edge = Edge(expected, datetime.now(UTC))
    return judge.judge(seen, edge, made.app, budget)


@pytest.fixture(scope="module")
def faults(browser: Browser) -> Iterator[dict[str, Result]]:
    """The results for the site with a planted fault on each page."""
    with served(planted_site.FAULTS) as server:
        yield checked(browser, server, budget=SLOW)


@pytest.fixture(scope="module")
def check(browser: Browser) -> Callable[[Mapping[str, planted_site.Reply]], dict[str, Result]]:
    def check_site(replies: Mapping[str, planted_site.Reply]) -> dict[str, Result]:
        with served(replies) as server:
            return checked(browser, server)

    return check_site


ONLY_HTTPS = {"mixed-content", "redirects", "other-names", "certificate", "hsts", "cookies"}
FOUND = {
    "console": [
        ("/console", 'console error: /console 0:102 "not this way"'),
        ("/thrown", "console error: /thrown 0:94 Uncaught ReferenceError: nothing is not defined"),
    ],
    "requests": [("/lost-image", "loads /lost.png, which answers 404")],
    "links": [
        ("/", "links to /crashing (“/crashing”), which answers 500"),
        ("/lost-link", "links to /nowhere/ (“Old news”), which answers 404"),
    ],
    "static": [
        ("/unkept", "loads /static/a.css, which has no header that lets browsers keep it"),
        ("/by-app", "loads /static/b.css, which the app serves, and not nginx"),
    ],
    "title": [("/untitled", "has no title")],
    "language": [("/no-language", 'names no language, as by <html lang="en">')],
}


@pytest.mark.parametrize("name", FOUND)
def test_check_finds_its_planted_fault_and_no_other(name: str, faults: dict[str, Result]) -> None:
    assert [(found.page, found.text) for found in faults[name].findings] == FOUND[name]


def test_pale_text_is_found_with_its_element(faults: dict[str, Result]) -> None:
    [found] = faults["accessibility"].findings

    assert (found.page, found.subject) == ("/contrast", "color-contrast")
    assert "#pale: Element has insufficient color contrast of" in found.text


def test_heavy_page_is_found(faults: dict[str, Result]) -> None:
    [found] = faults["weight"].findings

    assert found.page == "/heavy"
    assert "most of it: /heavy.svg 200 kB" in found.text


def test_slow_page_is_found(faults: dict[str, Result]) -> None:
    # On a busy machine others may be slow as well.
    assert "/slow" in [found.page for found in faults["time"].findings]


def test_mixed_content_is_found(browser: Browser, certificate: Path) -> None:
    with served(planted_site.MIXED, certificate) as server:
        [found] = checked(browser, server)["mixed-content"].findings

    assert (found.page, found.subject) == ("/", "http://shop.test/a.js")


def test_cookies_and_hsts_of_the_answers_are_judged(browser: Browser, certificate: Path) -> None:
    with served(planted_site.COOKIES, certificate) as server:
        results = checked(browser, server)

    assert [(one.page, one.subject) for one in results["cookies"].findings] == [
        ("/mine", "sessionid")
    ]
    assert [one.page for one in results["hsts"].findings] == ["/login"]


def test_page_whose_certificate_the_browser_refuses_is_no_page(certificate: Path) -> None:
    """It shows a page of its own in place of it, which has a title and a language."""
    with served(planted_site.GOOD, certificate) as server:
        site = Site("staging", server.url, "127.0.0.1", disposable=True)
        careful = start_browser(site)
        try:
            page = visit(careful, server.url, f"{server.url}/")
        finally:
            careful.quit()

    assert page.failure == f"{server.url}/ is not shown: net::ERR_CERT_AUTHORITY_INVALID"
    assert not page.is_document


def test_site_that_fails_is_found(check: Callable[..., dict[str, Result]]) -> None:
    [found] = check({"/": planted_site.Reply("oh", status=500)})["status"].findings

    assert (found.page, found.text) == ("/", "answers 500")


def test_site_that_does_not_answer_is_found(browser: Browser) -> None:
    with served(planted_site.GOOD) as server:
        pass

    [found] = checked(browser, server)["status"].findings

    assert "gives no answer" in found.text
    assert "refused" in found.text


def test_good_site_passes_all(browser: Browser) -> None:
    with served(planted_site.GOOD) as server:
        results = checked(browser, server)

    assert {name: result.findings for name, result in results.items() if result.findings} == {}
    assert {name for name, result in results.items() if not result.is_judged} == ONLY_HTTPS
    assert results["title"].looked_at == "3 pages: /, /about, /login?next=/mine"
    assert "/logout" not in {path for path, _ in server.asked}


@pytest.mark.parametrize("replies", [planted_site.API, planted_site.TEXT, planted_site.EMPTY])
def test_site_without_pages_fails_no_check(
    replies: Mapping[str, planted_site.Reply], check: Callable[..., dict[str, Result]]
) -> None:
    """An API, a fragment of HTML, a fresh Django project."""
    results = check(replies)

    assert {name: result.findings for name, result in results.items() if result.findings} == {}
    assert {name for name in CHECKS if results[name].is_judged} <= {"status"}


def test_page_that_lacks_another_hosts_script_fails_no_check(
    check: Callable[..., dict[str, Result]],
) -> None:
    results = check(planted_site.CDN)

    assert {name: result.findings for name, result in results.items() if result.findings} == {}
    assert "could not reach cdn.invalid" in results["accessibility"].unjudged


def sudo_is(script: str, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of sudo, with which a command of the release is run, a script of the test runs."""
    sudo = directory / "sudo"
    sudo.write_text(f"#!/bin/sh\n{script}\n")
    sudo.chmod(0o755)
    monkeypatch.setenv("PATH", str(directory), prepend=":")


def test_session_is_used_by_browser_and_requests(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sudo_is('echo "$*" >&2; echo made a session; echo sessionid=abc', tmp_path, monkeypatch)

    with served(planted_site.GOOD) as server:
        checked(browser, server, login="python manage.py make_session")

    assert {cookie for _, cookie in server.asked} == {"sessionid=abc"}


def test_command_that_makes_no_session_fails_with_its_output(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sudo_is('echo "no such user" >&2; exit 3', tmp_path, monkeypatch)

    with served(planted_site.GOOD) as server, pytest.raises(pytest.fail.Exception) as raised:
        checked(browser, server, login="python manage.py make_session")

    assert str(raised.value) == (
        "verify.login failed with exit code 3: python manage.py make_session\nno such user\n"
    )
    assert server.asked == []
