"""Pytest in a process of its own: started ahead if need be, let go, waited for, ended early."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import entry_points
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from understudy.local.background import Background

# Of pytest that is to end early, to end its browser.
SECONDS_TO_END = 5


class PytestProcess:
    """A context manager: at the end of its block no pytest is left. results: its --junitxml file."""

    def __init__(
        self, words: Sequence[str], directory: Path, variables: Mapping[str, str] | None = None
    ) -> None:
        """Starts pytest there. Its first test waits for let_go(). variables: for its environment."""
        self._folder = TemporaryDirectory()
        self.results = Path(self._folder.name) / "results.xml"
        self._deadline: float | None = None
        self._channel, theirs = socket.socketpair()
        self._reader: Background[None] | None = None
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "pytest", "-q", "--no-header", "--tb=short"),
                *("-p", _plugin(), *words),
                *(f"--channel={theirs.fileno()}", f"--junitxml={self.results}"),
            ],
            cwd=directory,
            env={**os.environ, **(variables or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=(theirs.fileno(),),
            # Ctrl-C on the terminal is for Understudy, which then ends pytest: no test fails by it.
            process_group=0,
        )
        theirs.close()

    def let_go(self, on_failure: Callable[[str, str], None]) -> None:
        """Lets the tests begin. on_failure: called, by another thread, with the name of each that fails, and
        the reason.
        """
        # It may have ended already: nothing could be collected, say.
        with suppress(BrokenPipeError, ConnectionResetError):
            self._channel.sendall(b"1")
        self._reader = Background(lambda: self._read(on_failure))

    def _read(self, on_failure: Callable[[str, str], None]) -> None:
        # Reset, if pytest has ended before it was let go.
        with suppress(ConnectionResetError), self._channel.makefile() as lines:
            for line in lines:
                # Of pytest that is killed the last one may be cut off.
                if line.endswith("\n"):
                    on_failure(*json.loads(line))

    def wait(self) -> tuple[str, int]:
        """All that pytest printed, and its exit code, once it has ended."""
        while True:
            try:
                output, errors = self._process.communicate(timeout=1)
            except subprocess.TimeoutExpired:
                if self._deadline and time.monotonic() > self._deadline:
                    with suppress(ProcessLookupError):
                        os.killpg(self._process.pid, signal.SIGKILL)
            else:
                if self._reader:
                    self._reader.answer()
                return output + errors, self._process.returncode

    def stop(self) -> None:
        """Ends pytest as Ctrl-C does; with all that it started after SECONDS_TO_END. Doesn't wait for the
        end.
        """
        self._deadline = time.monotonic() + SECONDS_TO_END
        self._process.send_signal(signal.SIGINT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._channel.shutdown(socket.SHUT_WR)
        if self._process.poll() is None:
            self.stop()
        self.wait()
        self._channel.close()
        self._folder.cleanup()


def _plugin() -> str:
    """Understudy's plugin by its entry point, also if plugins are not loaded by themselves; in a checkout,
    which has no entry points, by its module.
    """
    installed = entry_points(group="pytest11", name="understudy")
    return "understudy" if installed else "understudy.testing.plugin"
