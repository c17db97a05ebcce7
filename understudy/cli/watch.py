"""`rehearse --watch`: a rehearsal of each new commit, and one line for each verdict."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Never

from understudy.errors import INTERRUPTED, UnderstudyError
from understudy.rehearsal.verdict import Verdict
from understudy.release.source import Newest
from understudy.report.events import Report, failed_test
from understudy.report.forwarding import ForwardingReport

# Seconds.
LOOK_EVERY = 1.0

# Rehearses a commit, reports to that report, and returns the exit code.
Rehearse = Callable[[str, Report], int]


def watch(report: Report, newest: Callable[[], Newest], rehearse: Rehearse) -> Never:
    """Rehearses the newest commit, then whatever is the newest by then, until Ctrl-C.

    Raises KeyboardInterrupt, and what `newest` raises.
    """
    rehearsed = None
    while True:
        found = newest()
        if found.commit == rehearsed:
            time.sleep(LOOK_EVERY)
            continue
        _rehearse_one(report, found, rehearse)
        rehearsed = found.commit


def _rehearse_one(report: Report, found: Newest, rehearse: Rehearse) -> None:
    one = _OneLine(report, f"{found.commit[:8]} {found.subject}")
    code = rehearse(found.commit, one)
    if code == INTERRUPTED:
        one.conclude("interrupted", ok=False)
        raise KeyboardInterrupt
    one.conclude(one.verdict, ok=code == 0)


class _OneLine(ForwardingReport):
    """Shows what a rehearsal is doing on a terminal only, and concludes it with one line.

    An error concludes it as soon as it is known.
    """

    def __init__(self, shown: Report, what: str) -> None:
        super().__init__(lambda call: None)
        self._shown, self._what, self._began = shown, what, time.monotonic()
        self._phase, self._is_concluded = "", False
        self.verdict = ""
        shown.started(f"rehearse {what}")

    def conclude(self, how: str, *, ok: bool) -> None:
        """Prints the line, unless it is printed."""
        if not self._is_concluded:
            self._is_concluded = True
            seconds = time.monotonic() - self._began
            self._shown.ended(f"{self._what}: {how}", seconds, ok=ok)

    def phase_started(self, name: str, title: str) -> None:
        self._phase = name
        self._shown.output(title)

    def started(self, title: str) -> None:
        self._shown.output(title)

    def detail(self, text: str) -> None:
        self._shown.output(text)

    def test_failed(self, test: str, reason: str) -> None:
        self.detail(failed_test(test, reason))

    def output(self, line: str) -> None:
        self._shown.output(line)

    def result(self, event: str, value: Mapping[str, Any], text: str) -> None:
        if event == Verdict.event:
            skips = f"; skipped: {', '.join(value['skipped'])}" if value["skipped"] else ""
            place = f" in {value['where']}" if value["where"] else ""
            self.verdict = f"{value['verdict']}{place}{skips}"
            # The line at the end says the same to people.
            self._shown.result(event, value, "")

    def error(self, error: UnderstudyError) -> None:
        # Without a VM there is no verdict.
        word = "not rehearsed" if self._phase in ("", "up") else "NOT READY"
        self.conclude(f"{word}: {error.cause or error.summary}", ok=False)
