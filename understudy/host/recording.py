"""A connection that notes each command for the report."""

import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath

from understudy.commands import Argv
from understudy.report.events import Report
from understudy.ssh.connection import Connection, Result
from understudy.ssh.stream import Content


@dataclass(frozen=True)
class RecordingConnection:
    """A connection that tells a report of each command that goes through it."""

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

        def heard(line: str) -> None:
            lines.append(line)
            self.report.output(line)

        with self._telling(shlex.join((*as_user, *argv))) as (lines, results):
            done = self.connection.run(
                argv,
                user=user,
                seconds=seconds,
                on_line=heard,
                on_silence=self.report.detail,
            )
            results.append(done)
        return done

    def put(self, content: bytes, remote: PurePosixPath) -> None:
        with self._telling(f"put {len(content)} bytes to {remote}") as (_, results):
            self.connection.put(content, remote)
            results.append(Result(True, "", ""))

    def send(self, argv: Argv, content: Content) -> Result:
        """The content is not told: much of what goes this way nobody is to see."""
        with self._telling(shlex.join(argv)) as (_, results):
            results.append(self.connection.send(argv, content))
        return results[0]

    @contextmanager
    def _telling(self, command: str) -> Iterator[tuple[list[str], list[Result]]]:
        """Takes the lines that are printed, and the result. Without one the command was cut off: then
        it counts as failed, and is reported with what it had printed.
        """
        began, lines, results = time.monotonic(), list[str](), list[Result]()
        try:
            yield lines, results
        finally:
            done = results[0] if results else Result(False, "\n".join(lines), "")
            self.report.ran(command, done.text, time.monotonic() - began, ok=done.ok)
