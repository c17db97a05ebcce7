"""Hooks as they run: real processes of this machine, and a host that records commands."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.process_state import ends
from tests.unit.fakes import FakeConnection, FakeReport, config, failed, printed
from understudy.errors import HookFailed
from understudy.hooks import run
from understudy.hooks.event import Event
from understudy.job import Job
from understudy.local import command_process
from understudy.paths import Project

BEFORE = Event("before_deploy", "c0ffee", "c0ffee-1")


def job(folder: Path, event: str, *hooks: Any, **target: Any) -> Job:
    settings = config(target=target, hooks={event: hooks})
    return Job(Project(folder, folder / "deploy.yml"), settings, "staging", FakeReport())


def report(of: Job) -> FakeReport:
    assert isinstance(of.report, FakeReport)
    return of.report


def test_runs_in_the_folder_of_deploy_yml_with_what_happens(tmp_path: Path) -> None:
    given = job(tmp_path, "before_deploy", ["sh", "-c", "pwd; env | grep ^UNDERSTUDY_"])

    run.here(given, BEFORE)

    [(title, output, ok)] = report(given).commands
    assert ok
    assert title == report(given).steps[0][0]
    assert output.startswith(f"{tmp_path}\n")
    assert "UNDERSTUDY_RELEASE=c0ffee-1\n" in output


def test_fatal_one_ends_what_follows(tmp_path: Path) -> None:
    given = job(tmp_path, "before_deploy", "sh -c 'echo no; exit 3'", "touch later")

    with pytest.raises(HookFailed) as raised:
        run.here(given, BEFORE)

    assert "ended with 3; nothing was changed" in raised.value.summary
    assert raised.value.details == "no"
    assert not (tmp_path / "later").exists()
    assert [ok for _, ok in report(given).steps] == [False]


def test_other_failure_is_a_warning(tmp_path: Path) -> None:
    given = job(
        tmp_path, "after_deploy", "sh -c 'echo no; exit 3'", "no-such-program", "touch later"
    )

    run.here(given, Event("after_deploy"))

    first, second = report(given).warnings
    assert "ended with 3\nno" in first
    assert "no-such-program can't be started" in second
    assert (tmp_path / "later").exists()


@pytest.mark.parametrize("where", ["here", "host"])
def test_what_a_hook_prints_is_reported_by_lines(tmp_path: Path, where: str) -> None:
    command = ["sh", "-c", "echo one; echo two >&2; printf three"]
    given = job(tmp_path, "after_deploy", {"command": command, "where": where})
    event = Event("after_deploy", release="c0ffee-1")

    if where == "here":
        run.here(given, event)
    else:
        run.on_host(given, FakeConnection({"echo one": printed("one\ntwo\nthree")}), event)

    assert report(given).printed == ["one", "two", "three"]


def test_what_a_hook_prints_is_reported_while_it_runs(tmp_path: Path) -> None:
    """The hook ends only once its first line was reported."""
    text = "echo one; while [ ! -e seen ]; do sleep 0.02; done"
    hook = {"command": ["sh", "-c", text], "timeout": 5, "fatal": True}
    given = job(tmp_path, "before_deploy", hook)
    given.report.output = lambda line: (tmp_path / "seen").touch()  # type: ignore[method-assign]

    run.here(given, BEFORE)


def test_one_that_takes_too_long_ends_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command_process, "SECONDS_TO_END", 0.1)
    text = "trap '' TERM; setsid sleep 60 & echo $! >child; sleep 60"
    given = job(tmp_path, "before_deploy", {"command": ["sh", "-c", text], "timeout": 1})
    began = time.monotonic()

    with pytest.raises(HookFailed) as raised:
        run.here(given, BEFORE)

    assert time.monotonic() - began < 10
    assert "had not ended after 1 s" in raised.value.summary
    assert ends(int((tmp_path / "child").read_text()))


def test_one_of_a_host_runs_there_as_the_app(tmp_path: Path) -> None:
    hook = {"command": "python manage.py warm", "where": "host", "timeout": 20}
    given, host = job(tmp_path, "after_deploy", hook, "touch here"), FakeConnection(quiet=("warm",))

    run.on_host(given, host, Event("after_deploy", release="c0ffee-1"))

    [command] = host.notes
    assert command.startswith("sudo -n -u shop -- ")
    assert " 20 /srv/shop/current/run env " in command
    assert "UNDERSTUDY_RELEASE=c0ffee-1" in command
    assert command.endswith(" python manage.py warm")
    assert not (tmp_path / "here").exists()


def test_failure_on_a_host_shows_what_it_printed(tmp_path: Path) -> None:
    hook = {"command": "warm", "where": "host", "fatal": True}
    given = job(tmp_path, "after_deploy", hook)
    host = FakeConnection({"warm": failed("cold", "understudy: it ended with 3")})

    with pytest.raises(HookFailed) as raised:
        run.on_host(given, host, Event("after_deploy", release="c0ffee-1"))

    assert "c0ffee-1 IS LIVE" in raised.value.summary
    assert raised.value.details == "cold\nunderstudy: it ended with 3"


def test_job_without_hooks_runs_none(tmp_path: Path) -> None:
    given = job(tmp_path, "before_deploy", "touch here")

    run.here(replace(given.without_hooks()), BEFORE)

    assert not (tmp_path / "here").exists()
