"""Phases at the same time: each event is whole and of its own phase; what is done ahead reports later."""

import io
import json
from functools import partial
from threading import Barrier, Event

import pytest

from tests.unit.fakes import FakeReport
from tests.unit.records import new_recorder
from understudy.errors import StepFailed, Stopped, UnderstudyError
from understudy.rehearsal import at_once
from understudy.rehearsal.at_once import Ahead
from understudy.report.events import JsonReport, Report
from understudy.report.record import State, Verdict
from understudy.report.terminal import TextReport

NAMES = ("host-tests", "browser-tests")
PATIENCE = 10


def run_both(report: Report) -> None:
    """Two phases whose steps lie within each other. The second one fails."""
    there = Barrier(len(NAMES))

    def work(name: str, own: Report) -> None:
        try:
            with own.phase(name, f"run the {name}"), own.step("run them"):
                there.wait(PATIENCE)
                own.detail(f"detail of {name}")
                own.ran(f"command of {name}", "", 0.1, ok=True)
                there.wait(PATIENCE)
                if name == "browser-tests":
                    raise StepFailed(f"{name} failed")
        except StepFailed as error:
            own.error(error)

    works = {name: partial(work, name) for name in NAMES}
    at_once.run(report, works, stop=pytest.fail)


def test_record_has_the_steps_and_the_error_of_each_phase_in_its_own() -> None:
    recorder = new_recorder()

    run_both(recorder)

    phases = {phase.name: phase for phase in recorder.record(Verdict.FAILED).phases}
    host, browser = (phases[name] for name in NAMES)
    assert (host.name, host.state, host.error) == ("host-tests", State.PASSED, None)
    assert (browser.name, browser.state) == ("browser-tests", State.FAILED)
    assert browser.error
    assert browser.error.summary == "browser-tests failed"
    for phase in (host, browser):
        [step] = phase.steps
        assert step.lines == (f"detail of {phase.name}",)
        assert [ran.command for ran in step.commands] == [f"command of {phase.name}"]
        assert step.ok is (phase is host)


def test_events_for_programs_name_their_phase() -> None:
    out = io.StringIO()

    run_both(JsonReport(out))

    events = [json.loads(line) for line in out.getvalue().splitlines()]
    details = [event for event in events if event["event"] == "detail"]
    assert sorted((event["phase"], event["text"]) for event in details) == [
        (name, f"detail of {name}") for name in sorted(NAMES)
    ]
    assert {event["phase"] for event in events} == set(NAMES)


def test_steps_of_both_phases_are_shown_on_a_terminal_until_each_ends(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    report = TextReport()
    going, done = Event(), Event()

    def quick(own: Report) -> None:
        with own.phase("host-tests", "quick"), own.step("look"):
            assert going.wait(PATIENCE)
        own.error(StepFailed("the host is wrong"))
        done.set()

    def slow(own: Report) -> None:
        with own.phase("browser-tests", "slow"), own.step("click"):
            going.set()
            assert done.wait(PATIENCE)
            own.detail("still at it")
            with own.step("click again"):
                pass

    at_once.run(report, {"host-tests": quick, "browser-tests": slow}, stop=pytest.fail)

    out = capsys.readouterr().out
    after = out[out.index("✓ quick") :]
    assert "still at it" in after, "an error of one phase hid the step of the other"
    assert after.index("still at it") < after.index("✓ slow")


def test_phase_that_raises_stops_the_others() -> None:
    stopped = Event()

    def hangs(_: Report) -> None:
        assert stopped.wait(PATIENCE)

    def interrupted(_: Report) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        at_once.run(FakeReport(), {"hangs": hangs, "interrupted": interrupted}, stop=stopped.set)


def test_stopped_phase_is_skipped_with_the_reason() -> None:
    recorder = new_recorder()

    with pytest.raises(Stopped), recorder.phase("browser-tests", "run them"), recorder.step("run"):
        raise Stopped("host-tests failed")

    [phase] = recorder.record(Verdict.FAILED).phases
    assert (phase.state, phase.reason) == (State.SKIPPED, "host-tests failed")
    assert phase.seconds > 0
    assert [step.title for step in phase.steps] == ["run"]
    assert isinstance(recorder.report, FakeReport)
    assert recorder.report.phases == [("browser-tests", "skipped, host-tests failed")]


def test_work_ahead_reports_when_its_answer_is_taken_and_once() -> None:
    report, done = FakeReport(), Event()

    def work(own: Report) -> str:
        own.warn("uncommitted changes")
        done.set()
        return "c0ffee"

    ahead = Ahead(report, work)
    assert done.wait(PATIENCE)
    assert report.warnings == []

    assert [ahead.answer(), ahead.answer()] == ["c0ffee", "c0ffee"]
    assert report.warnings == ["uncommitted changes"]


def test_error_of_work_ahead_is_raised_when_its_answer_is_taken() -> None:
    def work(_: Report) -> None:
        raise UnderstudyError("no answer")

    with pytest.raises(UnderstudyError, match="no answer"):
        Ahead(FakeReport(), work).answer()
