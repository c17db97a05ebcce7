"""A command under way on a host: its output as it comes, its silence, its end."""

import select
import time
from collections.abc import Callable, Iterator

import paramiko

from understudy.commands.on_host import MARK
from understudy.local.lines import Lines

_PIECE = 2**18
# A process that a command left behind may hold its output open for ever.
_SECONDS_AFTER_THE_END = 5.0
_SECONDS_OF_A_WAIT = 1.0
_LONGEST_GREETING = 2**20


class OtherAnswer(Exception):
    """Another program answered than the command that was sent. args: what was printed instead."""


class Answer:
    """Finds the marker in what a channel brings: what comes before it was not printed by the command."""

    def __init__(self) -> None:
        self._before = b""
        self.begun = False
        # Of the command on the host; 0 until it's known.
        self.session = 0
        # The path of the login shell, "" if the host does not say.
        self.shell = ""

    def take(self, piece: bytes) -> bytes:
        """The part of a piece that the command has printed."""
        if self.begun:
            return piece
        self._before += piece
        _, mark, rest = self._before.partition(MARK.encode())
        line, end, after = rest.partition(b"\n")
        if not (mark and end):
            if len(self._before) > _LONGEST_GREETING:
                self.must_have_begun()
            return b""
        self.begun = True
        session, _, shell = line.decode(errors="replace").strip().partition(" ")
        self.session = int(session) if session.isdigit() else 0
        self.shell = shell
        return after

    def must_have_begun(self) -> None:
        """Raises OtherAnswer if there was no marker."""
        if not self.begun:
            raise OtherAnswer(self._before.decode(errors="replace"))


class Output(Lines):
    """What a command prints on one of its outputs: without what the host printed before it."""

    def __init__(self, on_line: Callable[[str], None] = lambda line: None) -> None:
        super().__init__(on_line)
        self.answer = Answer()

    def take(self, piece: bytes) -> None:
        super().take(self.answer.take(piece))


def outputs(channel: paramiko.Channel) -> Iterator[tuple[bytes, bytes]]:
    """Pieces of standard output and of standard error until the command ends. Both are empty once a
    second while the command prints nothing.
    """
    ended = 0.0
    while True:
        if channel.recv_ready():
            yield channel.recv(_PIECE), b""
        elif channel.recv_stderr_ready():
            yield b"", channel.recv_stderr(_PIECE)
        elif channel.exit_status_ready():
            ended = ended or time.monotonic()
            late = time.monotonic() - ended > _SECONDS_AFTER_THE_END
            if channel.closed or channel.eof_received or late:
                # What came meanwhile is there by now.
                yield from _rest(channel)
                return
            select.select([channel], [], [], 0.1)
        elif channel.eof_received:
            channel.status_event.wait(_SECONDS_OF_A_WAIT)
            yield b"", b""
        else:
            select.select([channel], [], [], _SECONDS_OF_A_WAIT)
            yield b"", b""


class Silence:
    """When to report that a command prints nothing: after so many seconds, then each time twice as late."""

    def __init__(self, first: float) -> None:
        self._first = self._limit = first
        self._since = time.monotonic()

    def after(self, piece: bytes) -> float:
        """The seconds of silence if they are to be reported now, or 0."""
        now = time.monotonic()
        if piece:
            self._since, self._limit = now, self._first
        if now - self._since < self._limit:
            return 0
        self._limit *= 2
        return now - self._since


def _rest(channel: paramiko.Channel) -> Iterator[tuple[bytes, bytes]]:
    while channel.recv_ready():
        yield channel.recv(_PIECE), b""
    while channel.recv_stderr_ready():
        yield b"", channel.recv_stderr(_PIECE)
