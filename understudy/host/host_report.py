"""The reports of several hosts that work at once go to one report: each call whole, and under its host."""

from collections.abc import Callable
from threading import Lock
from typing import Any

from understudy.errors import UnderstudyError
from understudy.report.events import Report

# A call of a method of Report, with its arguments.
Call = Callable[[Report], None]


def report_for_host(report: Report, host: str, turn: Lock) -> "HostReport":
    """A report that passes each call on to `report`, as about that host.

    turn: held during each call; all hosts with the same report share one.
    """

    def pass_on(call: Call) -> None:
        with turn:
            report.about(host)
            try:
                call(report)
            finally:
                report.about("")

    return HostReport(pass_on)


class HostReport(Report):
    """Hands each call to a function, which may make it at once or keep it."""

    def __init__(self, hand_on: Callable[[Call], None]) -> None:
        self._hand_on = hand_on

    def about(self, host: str) -> None:
        """Ignored: this report is about its own host."""

    def expect(self, seconds: float | None) -> None:
        self._hand_on(lambda report: report.expect(seconds))

    def phase_started(self, name: str, title: str) -> None:
        self._hand_on(lambda report: report.phase_started(name, title))

    def phase_ended(self, name: str, seconds: float, *, ok: bool) -> None:
        self._hand_on(lambda report: report.phase_ended(name, seconds, ok=ok))

    def skipped(self, name: str, title: str, reason: str) -> None:
        self._hand_on(lambda report: report.skipped(name, title, reason))

    def started(self, title: str) -> None:
        self._hand_on(lambda report: report.started(title))

    def ended(self, title: str, seconds: float, *, ok: bool) -> None:
        self._hand_on(lambda report: report.ended(title, seconds, ok=ok))

    def ran(self, command: str, output: str, seconds: float, *, ok: bool) -> None:
        self._hand_on(lambda report: report.ran(command, output, seconds, ok=ok))

    def attach(self, name: str, value: Any) -> None:
        self._hand_on(lambda report: report.attach(name, value))

    def detail(self, text: str) -> None:
        self._hand_on(lambda report: report.detail(text))

    def output(self, line: str) -> None:
        self._hand_on(lambda report: report.output(line))

    def say(self, text: str) -> None:
        self._hand_on(lambda report: report.say(text))

    def warn(self, text: str) -> None:
        self._hand_on(lambda report: report.warn(text))

    def error(self, error: UnderstudyError) -> None:
        self._hand_on(lambda report: report.error(error))
