"""A connection that records each command for the report."""

import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from understudy.commands import Argv
from understudy.report.events import Report
from understudy.ssh.connection import Connection, Result
from understudy.ssh.stream import Content


@dataclass(frozen=True)
class RecordingConnection:
    """A connection that reports each command with its output, as it comes and as a whole."""

    connection: Connection
    report: Report

    def run(
        self,
        argv: Argv,
        *,
        user: str | None = None,
        seconds: int = 600,
        on_line: Callable[[str], None] = lambda line: None,
        on_silence: Callable[[str], None] = lambda text: None,
    ) -> Result:
        as_user = ("sudo", "-u", user, "--") if user else ()

        def add(line: str) -> None:
            command.lines.append(line)
            self.report.output(line)

        with self._recorded(shlex.join((*as_user, *argv))) as command:
            command.result = self.connection.run(
                argv, user=user, seconds=seconds, on_line=add, on_silence=self.report.detail
            )
        return command.result

    def put(self, content: bytes, remote: PurePosixPath) -> None:
        with self._recorded(f"write {len(content)} bytes to {remote}") as command:
            self.connection.put(content, remote)
            command.result = Result(True, "", "")

    def send(self, argv: Argv, content: Content) -> Result:
        """Does not report the content: it may be secret."""
        with self._recorded(shlex.join(argv)) as command:
            command.result = self.connection.send(argv, content)
        return command.result

    @contextmanager
    def _recorded(self, text: str) -> Iterator["_Command"]:
        """Without a result the command was cut off, and is reported as failed after the lines it printed."""
        began, command = time.monotonic(), _Command()
        try:
            yield command
        finally:
            done = command.result or Result(False, "\n".join(command.lines), "")
            self.report.ran(text, done.text, time.monotonic() - began, ok=done.ok)


@dataclass
class _Command:
    """lines: printed so far. result: None while the command runs."""

    lines: list[str] = field(default_factory=list)
    result: Result | None = None
