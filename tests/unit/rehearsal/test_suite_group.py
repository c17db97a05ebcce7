"""Suites of one phase: all run, each next one begins while one runs."""

from copy import copy
from dataclasses import dataclass

import pytest

from tests.unit.fakes import FakeReport
from understudy.errors import StepFailed
from understudy.rehearsal.suite_group import SuiteGroup, joined
from understudy.report.events import Report


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
