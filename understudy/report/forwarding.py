"""A report whose events go elsewhere: to another report in turn with others, or into a list for later."""

from collections.abc import Callable, Mapping
from typing import Any

from understudy.errors import UnderstudyError
from understudy.local.share import Share
from understudy.report.events import Report

# A call of a method of Report, with its arguments.
Call = Callable[[Report], None]


def call_whole(report: Report, call: Call) -> None:
    """Makes several calls of a report as one: no event of another host or phase comes between them."""
    if isinstance(report, ForwardingReport):
        report.hand_on(call)
    else:
        call(report)


class ForwardingReport(Report):
    """Hands each call to a function, which may make it at once or keep it."""

    def __init__(self, hand_on: Callable[[Call], None]) -> None:
        self.hand_on = hand_on

    def prepare(self) -> None:
        self.hand_on(lambda report: report.prepare())

    def about(self, host: str, phase: str = "") -> None:
        """Ignored: this report is about its own host or phase."""

    def hosts(self, names: Mapping[str, str]) -> None:
        self.hand_on(lambda report: report.hosts(names))

    def together(self, count: int) -> None:
        self.hand_on(lambda report: report.together(count))

    def branch(self, name: str) -> None:
        self.hand_on(lambda report: report.branch(name))

    def expect(self, seconds: float | None) -> None:
        self.hand_on(lambda report: report.expect(seconds))

    def phase_started(self, name: str, title: str) -> None:
        self.hand_on(lambda report: report.phase_started(name, title))

    def phase_ended(self, name: str, seconds: float, *, ok: bool) -> None:
        self.hand_on(lambda report: report.phase_ended(name, seconds, ok=ok))

    def skipped(self, name: str, title: str, reason: str, enable: str = "") -> None:
        self.hand_on(lambda report: report.skipped(name, title, reason, enable))

    def started(self, title: str) -> None:
        self.hand_on(lambda report: report.started(title))

    def ended(self, title: str, seconds: float, *, ok: bool) -> None:
        self.hand_on(lambda report: report.ended(title, seconds, ok=ok))

    def ran(self, command: str, output: str, seconds: float, *, ok: bool) -> None:
        self.hand_on(lambda report: report.ran(command, output, seconds, ok=ok))

    def attach(self, name: str, value: Any) -> None:
        self.hand_on(lambda report: report.attach(name, value))

    def detail(self, text: str) -> None:
        self.hand_on(lambda report: report.detail(text))

    def test_failed(self, test: str, reason: str) -> None:
        self.hand_on(lambda report: report.test_failed(test, reason))

    def progress(self, share: Share) -> None:
        self.hand_on(lambda report: report.progress(share))

    def output(self, line: str) -> None:
        self.hand_on(lambda report: report.output(line))

    def say(self, text: str) -> None:
        self.hand_on(lambda report: report.say(text))

    def result(self, event: str, value: Mapping[str, Any], text: str) -> None:
        self.hand_on(lambda report: report.result(event, value, text))

    def warn(self, text: str) -> None:
        self.hand_on(lambda report: report.warn(text))

    def error(self, error: UnderstudyError) -> None:
        self.hand_on(lambda report: report.error(error))
