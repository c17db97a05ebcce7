"""The suites of tests that make one phase: run one after another, all to their end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from understudy.errors import StepFailed, SuiteFailed
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


@dataclass(frozen=True)
class HostSuite:
    """What runs on one of several hosts, and reports as about that host. host: its address. name: in errors."""

    host: str
    suite: AnySuite
    name: str

    def begin(self) -> None:
        self.suite.begin()

    def run(self, report: Report) -> None:
        report.about(self.host)
        try:
            self.suite.run(report)
        except StepFailed as error:
            first = error.first if isinstance(error, SuiteFailed) else ""
            raise SuiteFailed(
                error.summary, error.details, error.hint, error.cause, first, self.name
            ) from error
        finally:
            report.about("")

    def stop(self, why: str) -> None:
        self.suite.stop(why)

    def close(self) -> None:
        self.suite.close()


def joined(failed: Sequence[StepFailed]) -> StepFailed:
    """One failure for all. What equals on several hosts is said once, with their names."""
    if len(failed) == 1 and not _host(failed[0]):
        return failed[0]
    summaries = _hosts_by((error.summary, _host(error)) for error in failed)
    return SuiteFailed(
        "; ".join(
            f"{one}: {', '.join(hosts)}" if hosts else one for one, hosts in summaries.items()
        ),
        details="\n".join(_details(error) for error in failed if error.details),
        hint="\n".join(dict.fromkeys(error.hint for error in failed if error.hint)),
        first=_first([error for error in failed if isinstance(error, SuiteFailed)]),
    )


def _host(error: StepFailed) -> str:
    return error.host if isinstance(error, SuiteFailed) else ""


def _hosts_by(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Text -> the hosts of which it is said."""
    found = dict[str, list[str]]()
    for text, host in pairs:
        found.setdefault(text, []).extend([host] if host else [])
    return found


def _details(error: StepFailed) -> str:
    host = _host(error)
    return f"{host}:\n{error.details}" if host else error.details


def _first(failed: Sequence[SuiteFailed]) -> str:
    """The first failed test, on which hosts, and on which others another one came first."""
    tests = _hosts_by((error.first, error.host) for error in failed if error.first)
    for test, hosts in tests.items():
        others = [error.host for error in failed if error.host and error.host not in hosts]
        also = f"; other tests failed on {', '.join(others)}" if others else ""
        return f"on {', '.join(hosts)}: {test}{also}" if hosts else test
    return ""


def _failure(suite: AnySuite, report: Report) -> StepFailed | None:
    try:
        suite.run(report)
    except StepFailed as error:
        return error
    return None
