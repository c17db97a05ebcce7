"""Reads one log of one host through ssh, in a thread of its own."""

import subprocess
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from threading import Thread

from understudy.cli import shell
from understudy.errors import StepFailed, UnderstudyError, Unreachable
from understudy.host.journal import LogLine
from understudy.job import Job

Lines = SimpleQueue["LogLine | LogReader"]


class LogReader:
    """error: why it could not, once that has ended.

    command: makes the line of shell for the host, which may have to be asked for it. parse: a line of output ->
    the lines that it has. lines: where they go, and the reader itself after the last one.
    """

    def __init__(
        self,
        job: Job,
        command: Callable[[], str],
        parse: Callable[[str], Iterator[LogLine]],
        lines: Lines,
    ) -> None:
        self.job, self.host = job, str(job.target.address)
        self.error: UnderstudyError | None = None
        self._command, self._parse, self._lines = command, parse, lines
        self._process: subprocess.Popen[str] | None = None
        self._is_ended = False
        self.thread = Thread(target=self._read, name="log", daemon=True)

    def end(self) -> None:
        self._is_ended = True
        if self._process:
            self._process.terminate()

    def _read(self) -> None:
        try:
            self._read_all(self._command())
        except UnderstudyError as error:
            self.error = error
        finally:
            self._lines.put(self)

    def _read_all(self, command: str) -> None:
        connected = False
        # The empty line shows that ssh has connected.
        with shell.reading(self.job, f"echo; {command}") as process:
            self._process = process
            assert process.stdout is not None  # noqa: S101 - asked for
            assert process.stderr is not None  # noqa: S101
            for text in process.stdout:
                connected = True
                for line in self._parse(text):
                    self._lines.put(line)
            errors = process.stderr.read().strip()
        if not self._is_ended:
            self.error = self._why(process.returncode, errors, connected=connected)

    def _why(self, code: int, errors: str, *, connected: bool) -> UnderstudyError | None:
        """None if it ended well. With --grep no line is no failure of journalctl, which says nothing then."""
        if code == shell.NO_CONNECTION and connected:
            return Unreachable(
                f"the connection to {self.host} was lost", details=errors, hint="Is the host up?"
            )
        if code == shell.NO_CONNECTION:
            return shell.no_connection(self.job, errors)
        if code and errors:
            return StepFailed(f"the logs of {self.host} can't be read", details=errors)
        return None
