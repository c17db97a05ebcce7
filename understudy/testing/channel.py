"""Pytest that Understudy has started ahead: it waits to be let go, and says at once which test fails."""

import json
import os
from contextlib import suppress

import pytest

# Characters: a line of a terminal and the next.
_LONGEST_REASON = 200


class Channel:
    """A plugin. socket: the first test waits for a byte; each failed test is written as a line, the JSON
    list of its name and the reason.
    """

    def __init__(self, socket: int) -> None:
        self._socket = socket

    # Before pytest-xdist hands the tests to its workers.
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> None:
        if not os.read(self._socket, 1):
            pytest.exit("not needed any more", returncode=pytest.ExitCode.INTERRUPTED)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            # Who listened may be gone.
            with suppress(OSError):
                line = json.dumps([report.nodeid, reason(report)])
                os.write(self._socket, f"{line}\n".encode())


def reason(report: pytest.TestReport) -> str:
    """The first line of why a test failed: of the exception, or what pytest says in place of one."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(crash.message if crash else report.longrepr or "it failed").strip()
    first = next(iter(text.splitlines()), "").removeprefix("AssertionError: ")
    return first if len(first) <= _LONGEST_REASON else f"{first[: _LONGEST_REASON - 1]}…"
