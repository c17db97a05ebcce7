"""Verbs that are called but not run, and runs that leave nothing in the repository.

Pytest reads this file before it starts its workers: what takes long to import is imported by them.
"""

import io
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from understudy.job import Job


@pytest.fixture(autouse=True)
def nothing_known(tmp_path: "Path", monkeypatch: pytest.MonkeyPatch) -> None:
    """No run connects to a host that a run before has seen."""
    from understudy.paths import Project

    monkeypatch.setattr(Project, "known", tmp_path / "known")


@pytest.fixture
def no_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs write no reports into the repository."""
    from understudy.cli import reports

    monkeypatch.setattr(reports, "write", lambda *_: None)


@pytest.fixture
def vm_has_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """The VM has an address, whether or not this repository has a VM."""
    from understudy.vm import address

    monkeypatch.setattr(address, "kept", lambda *_: "192.168.56.10")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The calls that verbs make instead of running: the function, the target, the other arguments."""
    from understudy.data import load, pull
    from understudy.deploy import restore, rollback, rollout
    from understudy.host import backups, off_host, remove, secrets
    from understudy.parity import capture_host

    made: list[Any] = []

    def note(module: "ModuleType", name: str) -> None:
        def called(job: "Job", *given: object, **named: object) -> None:
            made.append((f"{module.__name__.partition('.')[2]}.{name}", job.target_name, *given))
            if options := {key: value for key, value in named.items() if not callable(value)}:
                made.append(options)

        monkeypatch.setattr(module, name, called)

    for module, names in {
        rollout: ("deploy",),
        rollback: ("releases", "rollback"),
        backups: ("backup", "backups"),
        off_host: ("backup", "check", "fetch"),
        restore: ("restore",),
        pull: ("pull",),
        load: ("load",),
        capture_host: ("capture",),
        remove: ("remove",),
        secrets: ("put", "remove", "names"),
    }.items():
        for name in names:
            note(module, name)
    monkeypatch.setattr(restore, "check", lambda *_: None)
    # No terminal, except where a test makes one.
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    return made


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What ssh was asked to run, each line with whether on a terminal. Its exit code is the first of them."""
    from understudy.cli import shell

    asked: list[Any] = [0]

    def run_line(job: "Job", line: str, *, terminal: bool) -> int:
        asked.extend((line, terminal))
        return int(asked[0])

    monkeypatch.setattr(shell, "run_line", run_line)
    return asked
