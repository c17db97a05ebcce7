"""Each new commit is rehearsed, with one line for its verdict; what came between two rehearsals is skipped."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import TOP, FakeReport
from understudy.cli import main, reports, watch
from understudy.cli.verbs import vm as vm_verbs
from understudy.errors import INTERRUPTED, ConfigError, Refused, StepFailed, UnderstudyError
from understudy.rehearsal.phases import NAMES, Outcome
from understudy.rehearsal.verdict import Verdict
from understudy.release import source
from understudy.release.source import Newest
from understudy.report.events import Report


class Repository:
    """pushed: the commits that come, one at each look or during each rehearsal. Ctrl-C after the last."""

    def __init__(self, *pushed: str) -> None:
        self.pushed = list(pushed)
        self.rehearsed: list[str] = []
        self.head = ""

    def newest(self) -> Newest:
        self.come()
        return Newest(self.head, "Fix it")

    def come(self) -> None:
        if not self.pushed:
            raise KeyboardInterrupt
        self.head = self.pushed.pop(0)

    def rehearse(self, commit: str, report: Report) -> int:
        self.rehearsed.append(commit)
        return 0


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    made: list[float] = []
    monkeypatch.setattr(time, "sleep", made.append)
    return made


def test_each_new_commit_is_rehearsed_once(slept: list[float]) -> None:
    repository = Repository("a", "a", "a", "b", "b")

    with pytest.raises(KeyboardInterrupt):
        watch.watch(FakeReport(), repository.newest, repository.rehearse)

    assert repository.rehearsed == ["a", "b"]
    assert slept == [watch.LOOK_EVERY] * 3


def test_of_commits_that_come_during_a_rehearsal_the_newest_is_next() -> None:
    repository = Repository("a", "b", "c", "d")

    def rehearse(commit: str, report: Report) -> int:
        repository.rehearsed.append(commit)
        for _ in range(2 if commit == "a" else 0):
            repository.come()
        return 0

    with pytest.raises(KeyboardInterrupt):
        watch.watch(FakeReport(), repository.newest, rehearse)

    assert repository.rehearsed == ["a", "d"]


def shown(rehearse: Callable[[Report], int]) -> FakeReport:
    """What is shown of the rehearsal of one commit."""
    report, repository = FakeReport(), Repository("c0ffee12345")
    with pytest.raises(KeyboardInterrupt):
        watch.watch(report, repository.newest, lambda _, own: rehearse(own))
    return report


def test_passed_rehearsal_is_one_line_with_its_verdict() -> None:
    def rehearse(own: Report) -> int:
        own.warn("uncommitted changes")
        with own.phase("deploy", "deploy the candidate"), own.step("unpack"):
            own.detail("half of it")
        own.skipped("data", "data", "none")
        outcomes = {**dict.fromkeys(NAMES, Outcome.PASSED), "data": Outcome.UNAVAILABLE}
        own.answer(Verdict.of("vagrant", "c0ffee", 40, "", outcomes, {}))
        own.say("report: reports/x")
        return 0

    report = shown(rehearse)

    assert report.steps == [("c0ffee12 Fix it: READY; skipped: data", True)]
    assert (report.said, report.warnings, report.details, report.phases) == ([], [], [], [])
    assert report.printed == ["deploy the candidate", "unpack", "half of it"]


@pytest.mark.parametrize(
    ("phase", "error", "line"),
    [
        ("deploy", StepFailed("run fails", cause="no markdown"), "NOT READY: no markdown"),
        ("host-tests", StepFailed("the tests failed"), "NOT READY: the tests failed"),
        ("up", Refused("no VM"), "not rehearsed: no VM"),
        ("", ConfigError("deploy.yml is wrong"), "not rehearsed: deploy.yml is wrong"),
    ],
)
def test_failure_is_shown_as_soon_as_it_is_known_and_once(
    phase: str, error: UnderstudyError, line: str
) -> None:
    seen: list[Any] = []

    def rehearse(own: Report) -> int:
        if phase:
            own.phase_started(phase, phase)
        own.error(error)
        seen.extend(report.steps)
        own.error(StepFailed("verdict: NOT READY after 9 s"))
        return error.exit_code

    report, repository = FakeReport(), Repository("c0ffee12345")
    with pytest.raises(KeyboardInterrupt):
        watch.watch(report, repository.newest, lambda _, own: rehearse(own))

    assert seen == report.steps == [(f"c0ffee12 Fix it: {line}", False)]


def test_interrupted_rehearsal_ends_the_watch() -> None:
    report = shown(lambda _: INTERRUPTED)

    assert report.steps == [("c0ffee12 Fix it: interrupted", False)]


@pytest.mark.usefixtures("vm_has_an_address")
def test_rehearsals_are_of_the_commit_fail_fast_and_leave_a_report_each(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    repository, written, given = Repository("a", "b"), list[str](), list[Any]()
    monkeypatch.setattr(source, "newest", lambda *_: repository.newest())
    monkeypatch.setattr(vm_verbs, "rehearse", lambda options, *_: given.append(options))
    monkeypatch.setattr(reports, "write", lambda _, record, *more: written.append(record.verb))

    assert main.main(["rehearse", "--watch", "--only", "deploy", "--unsigned"], TOP) == INTERRUPTED

    assert [(one.commit, one.fail_fast, one.only, one.unsigned) for one in given] == [
        ("a", True, ["deploy"], True),
        ("b", True, ["deploy"], True),
    ]
    assert written == ["rehearse", "rehearse"]
    assert "interrupted" in capsys.readouterr().err


def test_watch_of_a_wrong_deploy_yml_ends_at_once(tmp_path: Path) -> None:
    assert main.main(["rehearse", "--watch", "--config", str(tmp_path / "none.yml")], TOP) == 2
