"""A report that hands each event to several others: what a person sees, and a log of all."""

from understudy.report.events import Report
from understudy.report.forwarding import Call, ForwardingReport


class Both(ForwardingReport):
    def __init__(self, *reports: Report) -> None:
        super().__init__(self._to_all)
        self._reports = reports

    def _to_all(self, call: Call) -> None:
        for report in self._reports:
            call(report)

    def about(self, host: str, phase: str = "") -> None:
        self.hand_on(lambda report: report.about(host, phase))
