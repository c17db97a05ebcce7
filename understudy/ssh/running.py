"""A command under way on a host: its output as it comes, its silence, its end."""

import codecs
import select
import time
from collections.abc import Callable, Iterator

import paramiko

from understudy.commands.on_host import MARK

_PIECE = 2**18
# A process that a command left behind may hold its output open for ever.
_SECONDS_AFTER_THE_END = 5.0
_SECONDS_BETWEEN_LOOKS = 1.0
_LONGEST_GREETING = 2**20


class NotOurs(Exception):
    """What answered is not the command that was sent. args: what was printed instead."""


class Answer:
    """What follows the marker: what comes before it was not printed by the command."""

    def __init__(self) -> None:
        self._before = b""
        self.begun = False
        # The command's session on the host, once that is known.
        self.session = 0

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
        self.session = int(line) if line.strip().isdigit() else 0
        return after

    def must_have_begun(self) -> None:
        if not self.begun:
            raise NotOurs(self._before.decode(errors="replace"))


class Text:
    """What a command prints on one of its outputs, kept whole and handed on line by line."""

    def __init__(self, on_line: Callable[[str], None] = lambda line: None) -> None:
        self.answer, self.whole = Answer(), ""
        self._on_line, self._rest = on_line, ""
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def take(self, piece: bytes) -> None:
        text = self._decode(self.answer.take(piece))
        self.whole += text
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._on_line(line)


def outputs(channel: paramiko.Channel) -> Iterator[tuple[bytes, bytes]]:
    """Pieces of standard output and standard error until the command ends; both empty now and then."""
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
                # What came in between is there by now.
                yield from _rest(channel)
                return
            select.select([channel], [], [], 0.1)
        elif channel.eof_received:
            channel.status_event.wait(_SECONDS_BETWEEN_LOOKS)
            yield b"", b""
        else:
            select.select([channel], [], [], _SECONDS_BETWEEN_LOOKS)
            yield b"", b""


def _rest(channel: paramiko.Channel) -> Iterator[tuple[bytes, bytes]]:
    while channel.recv_ready():
        yield channel.recv(_PIECE), b""
    while channel.recv_stderr_ready():
        yield b"", channel.recv_stderr(_PIECE)


class Silence:
    """When a command was silent for so long that it's worth a word: after 60 s, then ever later."""

    def __init__(self, first: float) -> None:
        self._first = self._limit = first
        self._since = time.monotonic()

    def after(self, piece: bytes) -> float:
        """The seconds of silence if they are to be reported now, otherwise 0."""
        now = time.monotonic()
        if piece:
            self._since, self._limit = now, self._first
        if now - self._since < self._limit:
            return 0
        self._limit *= 2
        return now - self._since
