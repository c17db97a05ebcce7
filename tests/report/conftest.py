"""Report pages of sample runs, opened in a real browser."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.webdriver import WebDriver

from tests.report.opened import OpenedPage
from tests.unit.fakes import TEMPLATES
from tests.unit.pictures import drawn
from tests.unit.records import (
    EMPTY,
    FAILED,
    PASSED,
    SEVERAL,
    SEVERAL_FAILED,
    SEVERAL_TESTED,
    nasty,
    odd,
)
from understudy.report import history, history_page
from understudy.report.gallery import Picture
from understudy.report.page import render
from understudy.report.screenshots import difference, opened, small
from understudy.testing import chromium
from understudy.testing.browser import OPTIONS, Browser, forget, program, start_browser
from understudy.testing.site import Site
from understudy.testing.still import Masks

RECORDS = {
    "passed": PASSED,
    "failed": FAILED,
    "empty": EMPTY,
    "odd": odd(),
    "nasty": nasty(),
    "several": SEVERAL,
    "several-failed": SEVERAL_FAILED,
    "several-tested": SEVERAL_TESTED,
}
DESKTOP, PHONE = 1200, 360


@pytest.fixture(scope="session")
def browser() -> Iterator[WebDriver]:
    options = webdriver.ChromeOptions()
    options.binary_location = program("chromium")
    for option in (*OPTIONS, *chromium.options()):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(executable_path=program("chromedriver"))
    with webdriver.Chrome(options=options, service=service) as started:
        yield started


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the page of each sample."""
    directory = tmp_path_factory.mktemp("pages")
    share, marked = difference(drawn(), drawn((9, 9, 50, 50)))
    before, after = (small(opened(drawn(*boxes))) for boxes in ((), ((9, 9, 50, 50),)))
    shown = [
        Picture("test_logo-1.5-", after, share, marked, before=before),
        Picture("test_same", after, 0.0, also=("test_logo-1.5-.1",)),
    ]
    for name, record in RECORDS.items():
        page = render(TEMPLATES, record, shown)
        (directory / f"{name}.html").write_text(page, encoding="utf-8")
    (directory / "history.html").write_text(_history(), encoding="utf-8")
    return directory


def _history() -> str:
    """The page of a few runs of each kind, with texts that are long or could break out."""
    kinds = {name: history.entry(name, record.to_json()) for name, record in RECORDS.items()}
    runs = [
        replace(
            one, name=f"{name}-{day}", began=f"2026-03-{day:02}T05:00:00+00:00", seconds=60 + day
        )
        for day in range(20, 10, -1)
        for name, one in kinds.items()
    ]
    first = replace(runs[0], seconds=900, app="shop", commit="c0ffee" * 6, subject=120 * "Tea ")
    return history_page.render(TEMPLATES, [replace(first, packages="187 of 188"), *runs[1:20]])


@pytest.fixture(params=[*RECORDS, "history"])
def address(request: pytest.FixtureRequest, pages: Path) -> str:
    """The address of each sample's page in turn."""
    return (pages / f"{request.param}.html").as_uri()


@pytest.fixture(params=[DESKTOP, PHONE])
def page(request: pytest.FixtureRequest, browser: WebDriver, address: str) -> OpenedPage:
    """Each sample's page, opened at each width."""
    return OpenedPage.of(browser, address, request.param)


@pytest.fixture
def failed(browser: WebDriver, pages: Path) -> OpenedPage:
    return OpenedPage.of(browser, (pages / "failed.html").as_uri(), DESKTOP)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of pages that are at `url`."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    """The address of the pages in `folder`."""
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://pages.test:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def started(url: str) -> Iterator[Browser]:
    with start_browser(Site("staging", url, "127.0.0.1", disposable=True)) as browser:
        yield browser


@pytest.fixture
def visitor(started: Browser) -> Browser:
    """The browser that tests of a site have."""
    started.album, started.masks = None, Masks()
    forget(started)
    return started
