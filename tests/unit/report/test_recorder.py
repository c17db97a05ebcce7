"""A recorder keeps each event in its record and forwards it to another report."""

from collections.abc import Callable
from contextlib import suppress

import understudy
from tests.unit.fakes import FakeReport
from tests.unit.records import new_recorder, odd
from understudy.errors import StepFailed
from understudy.report.record import Commit, State, Verdict


def test_a_run_without_phases_has_one_phase_without_a_name() -> None:
    recorder = new_recorder()
    with recorder.step("unpack"):
        recorder.detail("half of it")
        recorder.ran("tar -x", "14 files", 0.5, ok=True)
    recorder.say("r1 is live on staging")

    record = recorder.record(Verdict.PASSED)

    [phase] = record.phases
    [step] = phase.steps
    assert (phase.name, phase.state, phase.lines) == ("", State.PASSED, ("r1 is live on staging",))
    assert (step.title, step.ok, step.lines) == ("unpack", True, ("half of it",))
    assert [ran.command for ran in step.commands] == ["tar -x"]
    assert 0 < step.at < record.seconds


def test_phases_keep_their_steps_and_states() -> None:
    recorder = new_recorder()
    with recorder.step("before any"):
        pass
    with recorder.phase("up", "The VM"), recorder.step("restore"):
        pass
    recorder.skipped("data", "With data", "none was pulled")
    with suppress(StepFailed), recorder.phase("deploy", "Deploy"), recorder.step("migrate"):
        raise StepFailed("migrate: failed")
    with recorder.phase("after", "After"):
        recorder.say("a message")

    phases = recorder.record(Verdict.FAILED).phases

    states = [(phase.name, phase.state.value, len(phase.steps)) for phase in phases]
    assert states == [
        ("", "passed", 1),
        ("up", "passed", 1),
        ("data", "skipped", 0),
        ("deploy", "failed", 1),
        ("after", "passed", 0),
    ]
    assert phases[2].reason == "none was pulled"
    assert phases[3].steps[0].ok is False
    assert phases[4].lines == ("a message",)


def test_skipped_phase_says_what_enables_it() -> None:
    recorder = new_recorder()
    recorder.skipped("data", "With data", "none was pulled", "python deploy.py data pull")
    recorder.skipped("forward", "Forward", "rollback was skipped")

    phases = recorder.record(Verdict.PASSED).phases

    assert [phase.enable for phase in phases] == ["python deploy.py data pull", ""]


def test_what_the_run_is_about_are_fields_of_the_record_and_no_attachments() -> None:
    recorder = new_recorder()
    recorder.attach("app", "shop")
    for digest in ("c0ffee", "0ther"):
        recorder.attach("commits", [{"id": digest, "subject": "Sell tea", "author": "Ann"}])
    for address in ("192.0.2.7", "192.0.2.8"):
        recorder.attach("os", {address: "Debian 12"})

    record = recorder.record(Verdict.PASSED)

    assert (record.app, record.os, record.version) == ("shop", "Debian 12", understudy.__version__)
    assert record.commit == Commit("c0ffee", "Sell tea", "Ann"), "the first is that of the run"
    assert record.attachments == {}


def test_a_run_that_stops_within_a_step_is_recorded_up_to_there() -> None:
    recorder = new_recorder()
    recorder.phase_started("deploy", "Deploy")
    recorder.started("migrate")

    [phase] = recorder.record(Verdict.INTERRUPTED).phases

    assert phase.state is State.FAILED
    assert phase.seconds > 0
    assert [(step.ok, step.seconds > 0) for step in phase.steps] == [(False, True)]


def test_steps_within_a_step_keep_their_own_lines() -> None:
    recorder = new_recorder()
    with recorder.step("outer"):
        with recorder.step("inner"):
            recorder.say("in")
        recorder.say("out")

    [outer, inner] = recorder.record(Verdict.PASSED).phases[0].steps

    assert (outer.lines, inner.lines) == (("out",), ("in",))


def test_steps_of_branches_that_run_at_once_keep_their_own_commands() -> None:
    recorder = new_recorder()
    events: list[tuple[str, Callable[[], None]]] = [
        ("packages", lambda: recorder.started("upload")),
        ("files", lambda: recorder.started("check")),
        ("packages", lambda: recorder.ran("unpack", "", 1.0, ok=True)),
        ("files", lambda: recorder.ran("nginx -t", "", 1.0, ok=False)),
        ("packages", lambda: recorder.ended("upload", 2.0, ok=True)),
        ("files", lambda: recorder.ended("check", 3.0, ok=False)),
    ]
    for branch, event in events:
        recorder.branch(branch)
        event()

    steps = recorder.record(Verdict.FAILED).phases[0].steps
    assert [(step.title, step.seconds, step.ok) for step in steps] == [
        ("upload", 2.0, True),
        ("check", 3.0, False),
    ]
    assert [[ran.command for ran in step.commands] for step in steps] == [["unpack"], ["nginx -t"]]


def test_every_event_is_forwarded() -> None:
    recorder = new_recorder()
    with recorder.phase("up", "The VM"), recorder.step("restore"):
        recorder.detail("a detail")
    recorder.skipped("data", "Data", "none")
    recorder.say("said")
    recorder.warn("warned")
    recorder.attach("drift", [])
    failed = StepFailed("failed")
    recorder.error(failed)
    recorder.expect(7)

    forwarded = recorder.report
    assert isinstance(forwarded, FakeReport)
    assert forwarded.steps == [("restore", True)]
    assert forwarded.phases == [("up", "passed"), ("data", "skipped, none")]
    assert (forwarded.details, forwarded.said, forwarded.warnings) == (
        ["a detail"],
        ["said"],
        ["warned"],
    )
    assert forwarded.expected == [7]
    assert (forwarded.attached, forwarded.errors) == ({"drift": []}, [failed])


def test_a_mapping_or_list_is_added_to_the_one_attached_before() -> None:
    recorder = new_recorder()
    recorder.attach("tests", {"host": []})
    recorder.attach("tests", {"browser": []})
    recorder.attach("drift", ["a"])
    recorder.attach("drift", ["b"])

    attached = recorder.record(Verdict.PASSED).attachments

    assert attached == {"tests": {"host": [], "browser": []}, "drift": ["a", "b"]}


def test_a_record_is_of_bounded_length_and_safe_to_show() -> None:
    record = odd()

    [step] = record.phases[0].steps
    assert record.error
    assert len(step.commands) == 40
    assert step.commands[-1].command == "ask 99"
    assert len(step.commands[0].output.splitlines()) == 201
    assert len(step.lines) == 201
    assert len(record.error.details.splitlines()) == 201
    for text in (step.title, record.error.cause, record.attachments["evidence"]["journal"]):
        assert "red �" in text
        assert "\x1b" not in text


def test_a_run_without_events_has_a_record() -> None:
    record = new_recorder().record(Verdict.INTERRUPTED)

    assert (list(record.phases), record.error) == ([], None)
    assert record.seconds == 1


def test_an_error_after_a_phase_is_that_phases_and_the_last_one_is_the_runs() -> None:
    recorder = new_recorder()
    for name in ("tests", "reboot"):
        with suppress(StepFailed), recorder.phase(name, name):
            raise StepFailed(name)
        recorder.error(StepFailed(f"{name} failed", "a log"))
    recorder.skipped("rollback", "Rollback", "nothing to go back to")
    recorder.error(StepFailed("not ready"))

    record = recorder.record(Verdict.FAILED)

    summaries = [phase.error.summary if phase.error else "" for phase in record.phases]
    assert summaries == ["tests failed", "reboot failed", ""]
    assert record.error
    assert record.error.summary == "not ready"


def test_the_text_of_an_answer_is_recorded_and_its_fields_are_forwarded() -> None:
    recorder = new_recorder()

    recorder.result("ejected", {"file": "a.j2"}, "a.j2: change it")

    assert recorder.record(Verdict.PASSED).phases[0].lines == ("a.j2: change it",)
    assert isinstance(recorder.report, FakeReport)
    assert recorder.report.results == [("ejected", {"file": "a.j2"})]


def test_a_step_of_one_of_several_hosts_names_it() -> None:
    recorder = new_recorder()
    recorder.about("192.0.2.7")
    with recorder.step("unpack"):
        recorder.about("")
        with recorder.step("look"):
            pass
        recorder.about("192.0.2.7")

    record = recorder.record(Verdict.PASSED)
    assert [(step.host, step.title) for step in record.phases[0].steps] == [
        ("192.0.2.7", "192.0.2.7: unpack"),
        ("", "look"),
    ]
    assert record.hosts() == ("192.0.2.7",)


def test_equal_warnings_of_several_hosts_are_one() -> None:
    recorder = new_recorder()
    recorder.warn("of all")
    for host in ("192.0.2.7", "192.0.2.8"):
        recorder.about(host)
        recorder.warn(f"no swap on {host}")
    recorder.warn("of one")

    assert recorder.record(Verdict.PASSED).warnings == (
        "of all",
        "192.0.2.7, 192.0.2.8: no swap on 192.0.2.7, 192.0.2.8",
        "192.0.2.8: of one",
    )


def test_a_step_that_is_reported_after_it_has_ended_began_before() -> None:
    recorder = new_recorder()
    for _ in range(20):
        recorder.say("the clock ticks")
        recorder.record(Verdict.PASSED)
    before = recorder.record(Verdict.PASSED).seconds
    recorder.started("provision staging")
    recorder.ended("provision staging", before / 2, ok=True)
    recorder.started("longer than the run")
    recorder.ended("longer than the run", 10 * before, ok=True)

    late, clamped = recorder.record(Verdict.PASSED).phases[0].steps
    assert late.at < before < late.at + late.seconds
    assert clamped.at == 0


def test_hosts_are_named_with_their_roles_in_warnings_and_for_the_page() -> None:
    recorder = new_recorder()
    recorder.hosts({"a": "a (proxy)", "b": "b (web)"})
    for host in ("a", "b"):
        recorder.about(host)
        with recorder.step("upload"):
            pass
    recorder.warn("its disk is slow")
    recorder.about("")

    record = recorder.record(Verdict.PASSED)

    assert record.host_names() == {"a": "a (proxy)", "b": "b (web)"}
    assert record.warnings == ("b (web): its disk is slow",)
    assert [step.title for step in record.phases[0].steps] == ["a: upload", "b: upload"]
