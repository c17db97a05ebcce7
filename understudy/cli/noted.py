"""A report that notes what a verb prints, so that the next look can print the same again."""

from collections.abc import Mapping
from typing import Any

from understudy.host.last_look import Printed
from understudy.report.events import Report
from understudy.report.forwarding import Call, ForwardingReport

# Attachments that say what a run was about, and not what it did.
_ABOUT = ("app", "commits", "os")


class NotingReport(ForwardingReport):
    """Forwards each event. printed: messages, answers and what the run was about, so far; did_more: whether
    there was anything else, such as a warning or a step.
    """

    def __init__(self, report: Report) -> None:
        super().__init__(self._forward)
        self._shown = report
        self.printed: list[Printed] = []
        self.did_more = False

    def prepare(self) -> None:
        self._shown.prepare()

    def about(self, host: str, phase: str = "") -> None:
        self._shown.about(host, phase)

    def say(self, text: str) -> None:
        self.printed.append(Printed(text))
        self._shown.say(text)

    def result(self, event: str, value: Mapping[str, Any], text: str) -> None:
        self.printed.append(Printed(text, event, value))
        self._shown.result(event, value, text)

    def attach(self, name: str, value: Any) -> None:
        if name not in _ABOUT:
            super().attach(name, value)
            return
        self.printed.append(Printed("", "attached", {"name": name, "value": value}))
        self._shown.attach(name, value)

    def _forward(self, call: Call) -> None:
        self.did_more = True
        call(self._shown)


def print_again(printed: Printed, report: Report) -> None:
    if printed.event == "attached":
        report.attach(**printed.value)
    elif printed.event:
        report.result(printed.event, printed.value, printed.text)
    else:
        report.say(printed.text)
