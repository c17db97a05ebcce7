"""The fixtures and reports of the browser tests."""

import re
import shutil
import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest
from selenium.common.exceptions import WebDriverException

from functional_tests.browser import Browser, forget, keep_picture, keep_state, start_browser
from functional_tests.pages import HomePage, ListPage
from understudy.config.app import App
from understudy.errors import UnderstudyError
from understudy.paths import Project
from understudy.rehearsal import verify
from understudy.rehearsal.verify import Site
from understudy.vm import address as vm_address

TOP = Path(__file__).resolve().parents[1]
SITE = pytest.StashKey[Site]()
STARTED = pytest.StashKey[Browser | None]()
EXAMPLE_APP = "todo.wsgi:application"
BROWSER_FIXTURES = ("browser", "second_browser")


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker."""
    config.addinivalue_line(
        "markers", "destroys_data: deletes what users made; runs on disposable sites only"
    )


def find_site(config: pytest.Config) -> Site:
    """The site that the command line names."""
    if SITE not in config.stash:
        project = Project(TOP, Path(config.getoption("deploy_config")))
        try:
            config.stash[SITE] = verify.find_site(
                project, config.getoption("target"), config.getoption("host")
            )
        except UnderstudyError as error:
            raise pytest.UsageError(str(error)) from error
    return config.stash[SITE]


# The header of the last plugin is printed first.
@pytest.hookimpl(trylast=True)
def pytest_report_header(config: pytest.Config) -> str:
    """Names the site under test."""
    site = find_site(config)
    return f"target: {site.target}, {site.url} at {ip_address(site.address)}"


def ip_address(address: str) -> str:
    """The IP address of a site, whose address in deploy.yml may be a name."""
    try:
        return str(socket.getaddrinfo(address, None)[0][4][0])
    except socket.gaierror as error:
        raise pytest.UsageError(f"{address} has no IP address: {error.strerror}") from error


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """With --channel: starts the browser before it waits for the site. A failure is the first test's."""
    config = session.config
    wants = any("shared_browser" in getattr(item, "fixturenames", ()) for item in session.items)
    if config.getoption("channel", None) is not None and wants:
        with suppress(WebDriverException):
            config.stash[STARTED] = start_browser(find_site(config))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends a browser that was started and not used."""
    if browser := config.stash.get(STARTED, None):
        browser.quit()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fails a test that destroys data, before any of its fixtures, on a site that isn't disposable.

    A failure and not a skip: running such a test on such a site is a mistake.
    """
    if item.get_closest_marker("destroys_data") is None:
        return
    site = find_site(item.config)
    if not site.disposable:
        pytest.fail(
            f"This test deletes data of users, and the target {site.target} is not marked "
            "`disposable: true` in deploy.yml. Leave it out with -m 'not destroys_data'.",
            pytrace=False,
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Saves the browsers' state at the end of a test; the report of a failed test says where."""
    report = yield
    # Not after the teardown, which has already left the page on which the test ended.
    if report.failed and report.when != "teardown":
        report.sections += kept_states(item)
    if report.when == "call" or (report.failed and report.when == "setup"):
        keep_pictures(item, failed=report.failed)
    return report


def kept_states(item: pytest.Item) -> list[tuple[str, str]]:
    """Saves the state of each of a test's browsers. Returns sections for its report that say where."""
    base = TOP / "reports" / "browser" / file_name(item)
    sections = []
    for name, browser in browsers(item).items():
        folder = base if name == "browser" else base / name
        sections.append((f"Kept from {name}", kept_state(browser, folder)))
    return sections


def keep_pictures(item: pytest.Item, *, failed: bool) -> None:
    """Takes the last picture of each browser's album, and closes it."""
    for browser in browsers(item).values():
        if browser.album is None:
            continue
        album, browser.album = browser.album, None
        # A browser that has failed can show nothing.
        with suppress(WebDriverException):
            picture = album.with_name(f"{album.name}.png")
            keep_picture(browser, picture)
            if failed:
                keep_texts(TOP / "reports" / "browser" / file_name(item), picture)


def keep_texts(state: Path, picture: Path) -> None:
    """Copies a failed test's page and console beside its screenshot."""
    for name, suffix in (("page.html", ".html"), ("console.log", ".log")):
        if (state / name).is_file():
            shutil.copyfile(state / name, picture.with_suffix(suffix))


def browsers(item: pytest.Item) -> dict[str, Browser]:
    """The browsers that a test has, by the names of their fixtures."""
    fixtures: dict[str, object] = getattr(item, "funcargs", {})
    found = {name: fixtures.get(name) for name in BROWSER_FIXTURES}
    return {name: browser for name, browser in found.items() if isinstance(browser, Browser)}


def file_name(item: pytest.Item) -> str:
    """A test's name as a file name."""
    return re.sub(r"[^\w.-]+", "-", item.name)


def kept_state(browser: Browser, folder: Path) -> str:
    """Saves a browser's state. Returns the folder, or the error of a browser that has failed itself."""
    try:
        keep_state(browser, folder)
    except WebDriverException as error:
        return f"nothing: {error.msg}"
    return str(folder)


@pytest.fixture(scope="session")
def site(pytestconfig: pytest.Config) -> Site:
    """The site under test."""
    return find_site(pytestconfig)


@pytest.fixture(scope="session")
def app(pytestconfig: pytest.Config) -> App:
    """The app of deploy.yml."""
    return vm_address.load(Project(TOP, Path(pytestconfig.getoption("deploy_config")))).app


@pytest.fixture(scope="session")
def example_app(app: App) -> None:
    """Skips the tests of the example app if deploy.yml has another app."""
    if app.module != EXAMPLE_APP:
        pytest.skip(f"a test of the example app, {EXAMPLE_APP}; app.module is {app.module}")


@pytest.fixture(scope="session")
def shared_browser(site: Site, pytestconfig: pytest.Config) -> Iterator[Browser]:
    """The browser of all tests: starting one takes seconds."""
    started = pytestconfig.stash.get(STARTED, None)
    pytestconfig.stash[STARTED] = None
    browser = started or start_browser(site)
    yield browser
    browser.quit()


@pytest.fixture
def browser(shared_browser: Browser, request: pytest.FixtureRequest) -> Browser:
    """A browser that has never been on the site."""
    forget(shared_browser)
    start_album(shared_browser, request.node)
    return shared_browser


@pytest.fixture
def second_browser(site: Site, request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A second browser, which shares nothing with the first."""
    browser = start_browser(site)
    start_album(browser, request.node, ".second_browser")
    yield browser
    browser.quit()


def start_album(browser: Browser, item: pytest.Item, end: str = "") -> None:
    """Saves pictures of a test's pages, if the command line asks for them.

    Their names hold only the test's: the next run compares its own pictures with them.
    """
    directory = item.config.getoption("keep_pages", None)
    if directory is not None:
        browser.start_album(Path(directory) / f"{file_name(item)}{end}")


@pytest.fixture
def home(example_app: None, browser: Browser, site: Site) -> HomePage:
    """The example app's home page, opened."""
    page = HomePage(browser, f"{site.url.rstrip('/')}/")
    page.open()
    return page


@pytest.fixture
def new_title(home: HomePage) -> Iterator[Callable[[], str]]:
    """Makes up titles of lists, and removes the lists that have them after the test."""
    titles: list[str] = []

    def make_up() -> str:
        titles.append(f"Functional test {uuid4().hex[:12]}")
        return titles[-1]

    yield make_up
    home.open()
    for title in titles:
        if title in home.titles():
            home.delete_list(title)


@pytest.fixture
def todo_list(home: HomePage, new_title: Callable[[], str]) -> ListPage:
    """A list with one item, opened."""
    return home.start_list(new_title())
