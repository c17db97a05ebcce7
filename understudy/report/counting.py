"""A report that hands each event on, and counts the tests of suites."""

from typing import Any

from understudy.report.events import Report
from understudy.report.forwarding import ForwardingReport
from understudy.report.record import Counts, counted


class CountingReport(ForwardingReport):
    """tests: by suite."""

    def __init__(self, report: Report) -> None:
        super().__init__(lambda call: call(report))
        self.tests: dict[str, Counts] = {}

    def attach(self, name: str, value: Any) -> None:
        if name == "tests":
            for suite, tests in value.items():
                self.tests[suite] = counted([test["outcome"] for test in tests])
        super().attach(name, value)
