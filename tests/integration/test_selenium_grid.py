"""A real Selenium Grid: browser tests in two workers on two nodes, their files, no slot left, a rehearsal."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from selenium.webdriver.common.by import By

from tests.integration.selenium_grid import PROGRAMS, selenium_grid
from tests.integration.staging import PROJECT, make_app, run
from tests.programs.grid_site import https_site
from tests.unit.fakes import TOP, settings
from tests.unit.web_server import WebServer, reply
from understudy.errors import Unreachable
from understudy.testing import grid_session
from understudy.testing.browser import console, forget
from understudy.testing.grid import Grid

pytestmark = [pytest.mark.long, pytest.mark.needs(*PROGRAMS)]

TESTS = """
import pytest

@pytest.mark.parametrize("number", range(4))
def test_page(number, browser, site):
    browser.get(f"{site.url}/{number}")
    assert browser.title == f"/{number}"
    browser.execute_script("console.error('a line of the console')")
    assert number != 3
"""


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grid]:
    with selenium_grid(
        tmp_path_factory.mktemp("grid"), hub=("--session-request-timeout", "5")
    ) as one:
        yield one


def test_page_console_and_downloads_come_back_from_a_node(grid: Grid, tmp_path: Path) -> None:
    """And a file of this machine gets there."""
    with https_site(tmp_path) as site, grid_session.start(grid, site) as browser:
        browser.get(site.url)
        assert browser.title == "hello"
        assert "a line of the console" in "".join(console(browser))
        browser.find_element(By.ID, "file").click()
        deadline = time.monotonic() + 20
        while not browser.get_downloadable_files():
            assert time.monotonic() < deadline
        browser.download_file("report.csv", str(tmp_path))
        assert (tmp_path / "report.csv").read_text() == "a,b\n1,2\n"
        field = browser.find_element(By.NAME, "picture")
        field.send_keys(str(tmp_path / "report.csv"))
        assert browser.execute_script("return arguments[0].files[0].size", field) == 8
        forget(browser)
        assert browser.get_downloadable_files() == []


def test_no_slot_and_no_such_browser_are_named(grid: Grid, tmp_path: Path) -> None:
    with (
        https_site(tmp_path) as site,
        grid_session.start(grid, site),
        grid_session.start(grid, site),
        pytest.raises(Unreachable, match="has no free slot: all 2 with chrome are taken"),
    ):
        grid_session.start(grid, site)
    with pytest.raises(Unreachable, match=r"no browser firefox; it has chrome \(2\)"):
        grid_session.start(Grid(grid.url, capabilities={"browserName": "firefox"}), site)
    # There are free slots: that is not the reason.
    nowhere = Grid(grid.url, capabilities={"platformName": "windows"})
    with pytest.raises(Unreachable, match=r"gave no browser for \{.*platformName: windows"):
        grid_session.start(nowhere, site)


def test_suite_in_two_workers_has_a_node_each_and_keeps_its_files(
    grid: Grid, tmp_path: Path
) -> None:
    with WebServer(lambda request: reply(body=f"<title>{request.path}".encode())) as server:
        target = {"address": "127.0.0.1", "disposable": True}
        written = {
            **settings(target=target),
            "browser": {"grid": grid.url, "tunnel": {"http": f"127.0.0.1:{server.port}"}},
        }
        (tmp_path / "deploy.yml").write_text(yaml.safe_dump(written))
        (tmp_path / "functional_tests").mkdir()
        (tmp_path / "functional_tests" / "test_it.py").write_text(TESTS)
        words = ("-p", "understudy.testing.plugin", "--target", "staging", "-n", "2")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "functional_tests", *words],
            cwd=tmp_path,
            env={"PYTHONPATH": str(TOP), "PATH": "/nowhere"},
            capture_output=True,
            text=True,
        )

    assert "1 failed, 3 passed" in done.stdout, done.stdout
    kept = tmp_path / "reports" / "browser" / "test_page-3-"
    assert "a line of the console" in (kept / "console.log").read_text()
    assert (kept / "screenshot.png").is_file()
    assert all(slot.is_free for slot in grid.slots())


@pytest.fixture
def patient_grid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grid]:
    """Waits for its browsers as long as Grids do by default: they start beside a deploy."""
    with selenium_grid(tmp_path_factory.mktemp("patient")) as one:
        yield one


@pytest.fixture
def no_browser_here(tmp_path: Path) -> dict[str, str]:
    """The variables of a command that finds no browser on this machine that works."""
    for name in ("chromium", "chromedriver"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text("#!/bin/sh\nexit 1\n")
        program.chmod(0o755)
    return {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}


@pytest.mark.timeout(1800)
def test_rehearsal_on_the_vm_has_its_browser_on_a_node(
    patient_grid: Grid, no_browser_here: dict[str, str], tmp_path: Path
) -> None:
    """Over HTTPS: the certificate is of a CA that no node knows."""

    def change(settings: dict[str, Any]) -> None:
        settings["browser"] = {"grid": patient_grid.url}
        settings["targets"]["vagrant"] |= {"https": "auto", "environment": {"HTTPS": "on"}}

    staging = make_app(PROJECT / "example", tmp_path, change)
    command = (sys.executable, "deploy.py", "rehearse", "--config", staging.config)

    rehearsed = run(
        "env", *(f"{name}={value}" for name, value in no_browser_here.items()), *command
    )

    assert rehearsed.code == 0
    assert "verdict: READY" in rehearsed.text
    assert list((PROJECT / ".understudy" / "pages").glob("*.png"))
    assert all(slot.is_free for slot in patient_grid.slots())
