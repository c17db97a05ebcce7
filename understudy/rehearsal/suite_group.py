"""The suites of tests that make one phase: run one after another, all to their end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from understudy.errors import StepFailed
from understudy.report.events import Report


class AnySuite(Protocol):
    """Tests that are started ahead if need be, run, and stopped early."""

    def begin(self) -> object:
        """Does ahead what needs no host."""

    def run(self, report: Report) -> None:
        """Raises StepFailed if a test fails, Stopped after stop()."""

    def stop(self, why: str) -> None:
        """Ends the run, or lets run() end at once. Doesn't wait for the end."""

    def close(self) -> None:
        """Ends what begin() started, if it was not run."""


@dataclass(frozen=True)
class SuiteGroup:
    """suites: in their order."""

    suites: Sequence[AnySuite]

    def begin(self) -> None:
        """Of the first suite only: a browser for each of them would take too much memory."""
        for suite in self.suites[:1]:
            suite.begin()

    def run(self, report: Report) -> None:
        failed = [
            error for number in range(len(self.suites)) if (error := self._run(number, report))
        ]
        if failed:
            raise joined(failed)

    def _run(self, number: int, report: Report) -> StepFailed | None:
        """Runs a suite. The one after it begins meanwhile: to start a browser takes seconds."""
        for suite in self.suites[number : number + 2]:
            suite.begin()
        return _failure(self.suites[number], report)

    def stop(self, why: str) -> None:
        for suite in self.suites:
            suite.stop(why)

    def close(self) -> None:
        for suite in self.suites:
            suite.close()


def joined(failed: Sequence[StepFailed]) -> StepFailed:
    """One failure for all."""
    if len(failed) == 1:
        return failed[0]
    return StepFailed(
        "; ".join(error.summary for error in failed),
        details="\n".join(error.details for error in failed if error.details),
        hint="\n".join(dict.fromkeys(error.hint for error in failed if error.hint)),
    )


def _failure(suite: AnySuite, report: Report) -> StepFailed | None:
    try:
        suite.run(report)
    except StepFailed as error:
        return error
    return None
