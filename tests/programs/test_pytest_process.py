"""Pytest is started ahead of its turn, waits before its first test, and can be ended early."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from tests.process_state import is_alive
from tests.unit.fakes import TOP, settings
from understudy.rehearsal import pytest_process
from understudy.rehearsal.pytest_process import PytestProcess

TESTS = """
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

@pytest.fixture
def browser():
    yield
    Path("left").touch()

def test_quick():
    Path("ran").write_text(str(os.getpgrp()))

def test_wrong():
    assert Path("ran").exists()

def test_endless(browser):
    Path("ran").touch()
    time.sleep(60)

def test_stubborn():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Path("ran").write_text(str(subprocess.Popen(["sleep", "60"]).pid))
    time.sleep(60)
"""
PATIENCE = 20


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(TOP))
    (tmp_path / "test_it.py").write_text(TESTS)
    return tmp_path


@pytest.fixture
def start(project: Path) -> Iterator[Callable[[str], PytestProcess]]:
    started = []

    def start(name: str) -> PytestProcess:
        started.append(PytestProcess([f"test_it.py::{name}", "-p", "no:cacheprovider"], project))
        return started[-1]

    yield start
    for process in started:
        with process:
            pass


def wait_for(file: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not file.exists():
        assert time.monotonic() < deadline, f"no {file.name}"
        time.sleep(0.02)


def test_first_test_waits_until_it_is_let_go(
    start: Callable[[str], PytestProcess], project: Path
) -> None:
    process = start("test_quick")
    time.sleep(1)
    assert not (project / "ran").exists()

    process.let_go(print)
    output, code = process.wait()

    assert code == 0, output
    assert (project / "ran").exists()
    assert "test_quick" in process.results.read_text()


def test_why_a_test_failed_is_known_before_pytest_ends(project: Path) -> None:
    failed = list[tuple[str, str]]()
    with PytestProcess(
        ["test_it.py", "-k", "wrong or endless", "-p", "no:cacheprovider", "-p", "no:randomly"],
        project,
    ) as process:
        process.let_go(lambda *found: failed.append(found))
        deadline = time.monotonic() + PATIENCE
        while not failed:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        [(name, reason)] = failed
        assert name == "test_it.py::test_wrong"
        assert reason.startswith("assert False")


def test_pytest_that_is_not_needed_ends_without_a_test(
    start: Callable[[str], PytestProcess], project: Path
) -> None:
    with start("test_quick") as process:
        pass

    assert process.wait()[1]
    assert not (project / "ran").exists()


def test_run_that_is_stopped_ends_its_browser(
    start: Callable[[str], PytestProcess], project: Path
) -> None:
    process = start("test_endless")
    process.let_go(print)
    wait_for(project / "ran")

    process.stop()
    _, code = process.wait()

    assert code
    assert (project / "left").exists()


def test_run_that_is_stopped_ends_its_browser_also_in_the_background(
    start: Callable[[str], PytestProcess], project: Path
) -> None:
    """A shell's background job and all that it starts ignore SIGINT."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = start("test_endless")
    finally:
        signal.signal(signal.SIGINT, before)
    process.let_go(print)
    wait_for(project / "ran")

    process.stop()

    assert process.wait()[1]
    assert (project / "left").exists()


def test_ctrl_c_on_the_terminal_does_not_reach_it(
    start: Callable[[str], PytestProcess], project: Path
) -> None:
    process = start("test_quick")
    process.let_go(print)
    process.wait()

    assert int((project / "ran").read_text()) != os.getpgrp()


def test_run_that_does_not_stop_is_killed_with_what_it_started(
    start: Callable[[str], PytestProcess], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pytest_process, "SECONDS_TO_END", 0.1)
    process = start("test_stubborn")
    process.let_go(print)
    wait_for(project / "ran")

    process.stop()

    assert process.wait()[1]
    started = int((project / "ran").read_text())
    # A killed process is there until it has been given the processor once more.
    deadline = time.monotonic() + 10
    while is_alive(started):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_browser_is_started_before_the_tests_are_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("chromium", "chromedriver"):
        (tmp_path / name).write_text('#!/bin/sh\ntouch "$0.started"\n')
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    file = tmp_path / "deploy.yml"
    file.write_text(yaml.safe_dump(settings(target={"address": "127.0.0.1"})))
    words = ["functional_tests/test_pages.py", "-p", "no:cacheprovider"]

    with PytestProcess([*words, "--target", "staging", "--deploy-config", str(file)], TOP):
        wait_for(tmp_path / "chromedriver.started")
