"""Understudy's pytest plugin. It imports next to nothing: most runs of pytest have no test of a site."""

import signal
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import pytest

from understudy.errors import UnderstudyError
from understudy.testing import fixtures, workers
from understudy.testing.channel import Channel
from understudy.testing.fixtures import STARTED, UNDER_TEST
from understudy.testing.under_test import UnderTest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("understudy", "tests of a deployed site")
    group.addoption("--target", default="vagrant", help="a target of deploy.yml (default: vagrant)")
    group.addoption("--host", metavar="ADDRESS", help="one host of a target with several")
    group.addoption("--deploy-config", metavar="FILE", help="read this file, not deploy.yml")
    group.addoption(
        "--keep-pages", metavar="DIR", help="keep screenshots of the browser tests here"
    )
    group.addoption(
        "--channel",
        type=int,
        metavar="FD",
        help="a socket: the first test waits for a byte; the name of each failed test is written",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "destroys_data: deletes what users made; runs on disposable sites only"
    )
    config.addinivalue_line("markers", "reboots: reboots the host; runs with -m reboots only")
    config.addinivalue_line(
        "markers", "role(name, ...): runs on hosts with one of these roles only, such as database"
    )
    config.stash[UNDER_TEST] = UnderTest(config)
    if workers.is_worker(config):
        # The channel is the controller's, which hears of each test.
        if shared := workers.shared_folder(config):
            config.pluginmanager.register(workers.Worker(shared))
        return
    config.pluginmanager.register(workers.Controller())
    if (channel := config.getoption("--channel")) is not None:
        # Understudy ends pytest by it. What a shell has started in the background would ignore it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        config.pluginmanager.register(Channel(channel))


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    fixtures.add_where_free(session)


def pytest_collectstart(collector: pytest.Collector) -> None:
    if isinstance(collector, pytest.Directory):
        fixtures.add_to_own_folder(collector, collector.config.stash[UNDER_TEST])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out tests that reboot the host, unless they are asked for, and those for hosts of other roles."""
    left_out = [item for item in items if _is_for_others(item)]
    if "reboots" not in config.getoption("markexpr"):
        left_out += [item for item in items if item.get_closest_marker("reboots")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=list(dict.fromkeys(left_out)))


def _is_for_others(item: pytest.Item) -> bool:
    """Whether its marker `role` names no role of the host."""
    marker = item.get_closest_marker("role")
    return marker is not None and not item.config.stash[UNDER_TEST].has_role(marker.args)


def pytest_report_collectionfinish(config: pytest.Config, items: list[pytest.Item]) -> list[str]:
    """Names the site under test, if a test needs it."""
    if config.getoption("no_header") or not any(_uses(item, "understudy_site") for item in items):
        return []
    try:
        site = config.stash[UNDER_TEST].site
    except UnderstudyError:
        # Each test that needs it will say so.
        return []
    return [f"target: {site.target}, {site.url} at {site.address}"]


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """With --channel: starts the browser before it waits for the site. A failure is the first test's."""
    _start_ahead(session.config, session.items)
    return (yield)


def _start_ahead(config: pytest.Config, items: list[pytest.Item]) -> None:
    wants = any(_uses(item, "understudy_browser") for item in items)
    # Each worker starts its own, for its first test.
    if config.getoption("--channel") is None or workers.is_worker(config) or not wants:
        return
    from selenium.common.exceptions import WebDriverException

    with suppress(WebDriverException, UnderstudyError):
        under_test = config.stash[UNDER_TEST]
        # A Grid's slots are for tests that run; and the certificate that its browser trusts may be to come.
        if not under_test.grid:
            config.stash[STARTED] = under_test.start_browser()


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
    site = fixtures.understudy_site(item.config)
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
    project = item.config.stash[UNDER_TEST].project
    if project and (_uses(item, "understudy_browser") or _uses(item, "second_browser")):
        _keep(item, report, project.reports / "browser")
    return report


def _keep(item: pytest.Item, report: pytest.TestReport, folder: Path) -> None:
    from understudy.testing import kept

    kept.warn_of_repeated(item, report)
    # Not after the teardown, which has already left the page on which the test ended.
    if report.failed and report.when != "teardown":
        report.sections += kept.keep_states(item, folder)
    if report.when == "call" or (report.failed and report.when == "setup"):
        kept.keep_pictures(item, folder, failed=report.failed)


def _uses(item: pytest.Item, fixture: str) -> bool:
    return fixture in getattr(item, "fixturenames", ())
