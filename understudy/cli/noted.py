"""A report that notes what a verb prints, so that the next look can print the same again."""

from collections.abc import Mapping
from typing import Any

from understudy.host.last_look import Printed
from understudy.report.events import Report
from understudy.report.forwarding import Call, ForwardingReport


class NotingReport(ForwardingReport):
    """Forwards each event. printed: messages and answers so far; did_more: whether there was anything else,
    such as a warning or a step.
    """

    def __init__(self, report: Report) -> None:
        super().__init__(self._forward)
        self._shown = report
        self.printed: list[Printed] = []
        self.did_more = False

    def about(self, host: str, phase: str = "") -> None:
        self._shown.about(host, phase)

    def say(self, text: str) -> None:
        self.printed.append(Printed(text))
        self._shown.say(text)

    def result(self, event: str, value: Mapping[str, Any], text: str) -> None:
        self.printed.append(Printed(text, event, value))
        self._shown.result(event, value, text)

    def _forward(self, call: Call) -> None:
        self.did_more = True
        call(self._shown)


def print_again(printed: Printed, report: Report) -> None:
    if printed.event:
        report.result(printed.event, printed.value, printed.text)
    else:
        report.say(printed.text)
