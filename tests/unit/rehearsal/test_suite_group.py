"""Suites of one phase: all run, each next one begins while one runs."""

import io
import json
from copy import copy
from dataclasses import dataclass

import pytest

from tests.unit.fakes import FakeReport
from tests.unit.records import new_recorder
from understudy.errors import StepFailed, SuiteFailed
from understudy.rehearsal import at_once
from understudy.rehearsal.suite_group import HostSuite, SuiteGroup, joined
from understudy.report.events import JsonReport, Report
from understudy.report.record import Verdict


@dataclass
class FakeSuite:
    name: str
    notes: list[str]
    failure: str = ""

    def begin(self) -> None:
        self.notes.append(f"begin {self.name}")

    def run(self, _report: Report) -> None:
        self.notes.append(f"run {self.name}")
        if self.failure:
            raise StepFailed(self.failure)

    def stop(self, why: str) -> None:
        self.notes.append(f"stop {self.name}: {why}")

    def close(self) -> None:
        self.notes.append(f"close {self.name}")


def test_next_suite_begins_while_one_runs() -> None:
    """To start its browser takes seconds."""
    notes: list[str] = []

    SuiteGroup([FakeSuite(name, notes) for name in "abc"]).run(FakeReport())

    assert [note for note in notes if note.startswith("run")] == ["run a", "run b", "run c"]
    assert notes.index("begin b") < notes.index("run a") < notes.index("begin c")


def test_first_suite_alone_begins_ahead() -> None:
    notes: list[str] = []

    SuiteGroup([FakeSuite(name, notes) for name in "abc"]).begin()

    assert notes == ["begin a"]


def test_suite_after_a_failed_one_runs() -> None:
    notes: list[str] = []
    group = SuiteGroup([FakeSuite("a", notes, "a failed"), FakeSuite("b", notes, "b failed")])

    with pytest.raises(StepFailed, match="a failed; b failed"):
        group.run(FakeReport())

    assert notes[-1] == "run b"


def test_several_failures_are_one_with_what_each_says() -> None:
    error = joined([StepFailed("a failed", "log", "try x"), StepFailed("b failed", "", "try x")])

    # Masking copies it.
    error = copy(error)
    assert error.summary == "a failed; b failed"
    assert (error.details, error.hint) == ("log", "try x")


def failed_on(host: str, first: str) -> SuiteFailed:
    return SuiteFailed("the host tests failed", f"log of {host}", "fix it", first=first, host=host)


def test_equal_failure_of_several_hosts_is_said_once_with_their_addresses() -> None:
    error = joined([failed_on(host, "test_ports: rpcbind listens") for host in ("a", "b", "c")])

    assert isinstance(error, SuiteFailed)
    assert error.summary == "the host tests failed: a, b, c"
    assert error.first == "on a, b, c: test_ports: rpcbind listens"
    assert error.details == "a:\nlog of a\nb:\nlog of b\nc:\nlog of c"
    assert error.hint == "fix it"


def test_host_on_which_another_test_failed_first_is_named_too() -> None:
    error = joined([failed_on("a", "test_x: no"), failed_on("b", "test_y: no")])

    assert isinstance(error, SuiteFailed)
    assert error.first == "on a: test_x: no; other tests failed on b"


def test_single_host_of_several_that_failed_is_named() -> None:
    assert joined([failed_on("b", "")]).summary == "the host tests failed: b"


def test_what_a_suite_of_a_host_reports_is_about_that_host_and_its_failure_names_it() -> None:
    @dataclass
    class Failing(FakeSuite):
        def run(self, report: Report) -> None:
            with report.step("run the tests"):
                report.test_failed("test_x", "no")
                raise SuiteFailed("the tests failed", first="test_x: no")

    out, recorder = io.StringIO(), new_recorder()
    group = SuiteGroup([HostSuite(host, Failing(host, []), f"{host} (web)") for host in ("a", "b")])

    def run(report: Report) -> None:
        with report.phase("host-tests", "run the host tests"):
            group.run(report)

    with pytest.raises(SuiteFailed) as raised:
        at_once.run(recorder, {"host-tests": run}, stop=lambda: None)

    assert raised.value.first == "on a (web), b (web): test_x: no"
    [phase] = recorder.record(Verdict.FAILED).phases
    assert [(step.host, step.title) for step in phase.steps] == [
        ("a", "a: run the tests"),
        ("b", "b: run the tests"),
    ]

    with pytest.raises(SuiteFailed):
        at_once.run(JsonReport(out), {"host-tests": run}, stop=lambda: None)
    about = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [one.get("host") for one in about if one["event"] == "detail"] == ["a", "b"]
    assert {one.get("phase") for one in about} == {"host-tests"}
    assert "host" not in about[-1], "the end of the phase is of no host"
