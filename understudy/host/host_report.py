"""The reports of several hosts that work at once go to one report: each call whole, and under its host."""

from threading import Lock

from understudy.report.events import Report
from understudy.report.forwarding import Call, ForwardingReport


def report_for_host(report: Report, host: str, turn: Lock) -> ForwardingReport:
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

    return ForwardingReport(pass_on)
