"""What happens on one of several hosts: told whole and under its name, also if they work at once."""

from collections.abc import Callable
from threading import Lock
from typing import Any

from understudy.errors import UnderstudyError
from understudy.report.events import Report

# Something that is told, to be handed to the report that it's for.
Telling = Callable[[Report], None]


def under_its_name(report: Report, host: str, turn: Lock) -> "HostReport":
    """What is told of a host goes on to the report, one thing at a time.

    turn: held meanwhile; the same for all hosts that have this report. No other lock is needed.
    """

    def tell(telling: Telling) -> None:
        with turn:
            report.about(host)
            try:
                telling(report)
            finally:
                report.about("")

    return HostReport(tell)


class HostReport(Report):
    """Hands each thing that it is told to a function, which may tell it at once or keep it."""

    def __init__(self, tell: Callable[[Telling], None]) -> None:
        self._tell = tell

    def about(self, host: str) -> None:
        """It is about its own host, always."""

    def expect(self, seconds: float | None) -> None:
        self._tell(lambda report: report.expect(seconds))

    def phase_started(self, name: str, title: str) -> None:
        self._tell(lambda report: report.phase_started(name, title))

    def phase_ended(self, name: str, seconds: float, *, ok: bool) -> None:
        self._tell(lambda report: report.phase_ended(name, seconds, ok=ok))

    def skipped(self, name: str, title: str, reason: str) -> None:
        self._tell(lambda report: report.skipped(name, title, reason))

    def started(self, title: str) -> None:
        self._tell(lambda report: report.started(title))

    def ended(self, title: str, seconds: float, *, ok: bool) -> None:
        self._tell(lambda report: report.ended(title, seconds, ok=ok))

    def ran(self, command: str, output: str, seconds: float, *, ok: bool) -> None:
        self._tell(lambda report: report.ran(command, output, seconds, ok=ok))

    def attach(self, name: str, value: Any) -> None:
        self._tell(lambda report: report.attach(name, value))

    def detail(self, text: str) -> None:
        self._tell(lambda report: report.detail(text))

    def output(self, line: str) -> None:
        self._tell(lambda report: report.output(line))

    def say(self, text: str) -> None:
        self._tell(lambda report: report.say(text))

    def warn(self, text: str) -> None:
        self._tell(lambda report: report.warn(text))

    def error(self, error: UnderstudyError) -> None:
        self._tell(lambda report: report.error(error))
