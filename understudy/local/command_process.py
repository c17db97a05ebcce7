"""A command on this machine that ends at its limit with all that it started, and whose output is kept."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from threading import Event
from typing import BinaryIO
from uuid import uuid4

from understudy.errors import StepFailed
from understudy.local.lines import Lines

# After a request to end, as by Ctrl-C: for the command to end its browser.
SECONDS_TO_END = 5
# In the environment of the command and of all that it starts, also of what leaves its process group.
_MARK = "UNDERSTUDY_COMMAND"
_PIECE = 2**18


@dataclass(frozen=True)
class Ended:
    """How a command ended. status: None if it was ended at its limit, or by stop()."""

    status: int | None
    output: str
    seconds: float


class CommandProcess:
    """stop() ends run(), from another thread, at once."""

    def __init__(self) -> None:
        self._stopped = Event()

    def stop(self) -> None:
        self._stopped.set()

    def run(
        self,
        words: Sequence[str],
        directory: Path,
        environment: Mapping[str, str],
        seconds: int,
        on_line: Callable[[str], None] = lambda line: None,
    ) -> Ended:
        """Runs a command for at most that many seconds. Raises StepFailed if it can't be started.

        on_line: called with each line of its output, soon after it is printed.
        """
        mark = f"{_MARK}={uuid4().hex}"
        began = time.monotonic()
        # A file: a pipe would have an end only when all have closed it.
        with TemporaryFile() as output, Lines(on_line) as lines:
            try:
                process = subprocess.Popen(
                    words,
                    cwd=directory,
                    env={**environment, **dict([mark.split("=")])},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    # Ctrl-C on the terminal is for Understudy, which then ends the command.
                    process_group=0,
                )
            except OSError as error:
                raise StepFailed(
                    f"{words[0]} can't be started in {directory}: {error.strerror}",
                    hint="Is it installed on this machine?",
                ) from error
            try:
                status = self._wait(process, began + seconds, lambda: _read_on(output, lines))
            finally:
                _end(process, mark)
                _read_on(output, lines)
        return Ended(status, lines.text, time.monotonic() - began)

    def _wait(
        self, process: "subprocess.Popen[bytes]", deadline: float, meanwhile: Callable[[], None]
    ) -> int | None:
        while time.monotonic() < deadline and not self._stopped.is_set():
            with suppress(subprocess.TimeoutExpired):
                return process.wait(timeout=0.1)
            meanwhile()
        return None


def _read_on(output: BinaryIO, lines: Lines) -> None:
    """What was printed since. Not by the file's own position: the command writes at that."""
    while piece := os.pread(output.fileno(), _PIECE, lines.bytes):
        lines.take(piece)


def _end(process: "subprocess.Popen[bytes]", mark: str) -> None:
    """Ends the command if it still runs, and all that it has left behind."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_TO_END)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    # What they start meanwhile is found by the next look.
    while left := list(_marked(mark)):
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def _marked(mark: str) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        # It may have ended, or be another user's.
        with suppress(OSError):
            if mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name)
