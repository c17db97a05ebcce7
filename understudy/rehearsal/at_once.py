"""What a rehearsal does at the same time: phases beside each other, and work ahead of its phase."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Lock
from typing import Generic, TypeVar

from understudy.local.background import Background
from understudy.report.events import Report
from understudy.report.forwarding import Call, ForwardingReport

Answer = TypeVar("Answer")


def run(
    report: Report, phases: Mapping[str, Callable[[Report], None]], stop: Callable[[], None]
) -> None:
    """Runs phases at the same time, each in a thread, by their names.

    Each gets a report that passes on one call at a time, as about its phase. stop: called if one of them
    raises, or at Ctrl-C; it has to end them all.
    """
    turn = Lock()
    with ThreadPoolExecutor(len(phases), thread_name_prefix="phase") as pool:
        running = [
            pool.submit(work, _PhaseReport(report, name, turn)) for name, work in phases.items()
        ]
        try:
            for ended in as_completed(running):
                ended.result()
        except BaseException:
            stop()
            raise


class _PhaseReport(ForwardingReport):
    """Passes on each call as about its phase, and the host of several that was named last."""

    def __init__(self, report: Report, name: str, turn: Lock) -> None:
        super().__init__(self._pass_on)
        self._report, self._name, self._turn, self._host = report, name, turn, ""

    def about(self, host: str, phase: str = "") -> None:
        self._host = host

    def _pass_on(self, call: Call) -> None:
        with self._turn:
            self._report.about(self._host, self._name)
            try:
                call(self._report)
            finally:
                self._report.about("")


class Ahead(Generic[Answer]):
    """Work that begins now, ahead of its use. What it reports is reported at its use."""

    def __init__(self, report: Report, work: Callable[[Report], Answer]) -> None:
        self._report = report
        self._calls: list[Call] = []
        own = ForwardingReport(self._calls.append)
        self._work = Background(lambda: work(own))

    def answer(self) -> Answer:
        """Waits for the end of the work. Raises what that raised."""
        answer = self._work.answer()
        while self._calls:
            self._calls.pop(0)(self._report)
        return answer
