"""The channels of an SSH connection, one for each command, and what is raised where they break."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

import paramiko

from understudy.errors import Unreachable
from understudy.local.background import Background
from understudy.ssh import running, stream
from understudy.ssh.endpoint import Endpoint
from understudy.ssh.errors import runs_no_commands
from understudy.ssh.running import Answer, OtherAnswer, Silence
from understudy.ssh.stream import BROKEN

CUT_OFF = "a command ended without an exit status"


def end_input(channel: Any) -> None:
    """As channel.shutdown_write(), but never after the channel's own end. channel: a paramiko.Channel.

    Paramiko sends the message when it has released the channel's lock. If the host closes the channel in
    between, the message comes after that of the close, and OpenSSH ends the whole connection for it: "ieof
    packet referred to nonexistent channel".
    """
    with channel.lock:
        message = channel._send_eof()
        if message is not None:
            channel.transport._send_user_message(message)


class Channels:
    """Of one connection. host: its name in messages."""

    def __init__(self, transport: paramiko.Transport, host: str, target: Endpoint) -> None:
        self._transport = transport
        self._host = host
        self._target = target
        # Opens the next command's channel meanwhile: that takes a round trip, as does the command itself.
        self.opens_ahead = False
        self._ahead: Background[paramiko.Channel] | None = None
        self._turn = Lock()

    @contextmanager
    def open(self) -> Iterator[paramiko.Channel]:
        """Beside those of other commands. Raises Unreachable if the connection has gone."""
        if not self._transport.is_active():
            raise self.broken()
        with self.errors():
            channel = self._opened_ahead() or self._transport.open_session()
        self._open_ahead()
        try:
            yield channel
        finally:
            # An error of the block counts, not that its channel had gone with it.
            with suppress(*BROKEN):
                channel.close()

    def _open_ahead(self) -> None:
        with self._turn:
            if self.opens_ahead and self._ahead is None:
                self._ahead = Background(self._transport.open_session)

    def _opened_ahead(self) -> paramiko.Channel | None:
        """None if there is none, or if the host refused one more: it may allow few at once."""
        with self._turn:
            ahead, self._ahead = self._ahead, None
        try:
            channel = ahead.answer() if ahead else None
        except BROKEN:
            return None
        return channel if channel and not channel.closed else None

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Raises Unreachable for what Paramiko raises in the block, and for another program's answer."""
        try:
            yield
        except OtherAnswer as error:
            raise runs_no_commands(self._host, self._target, str(error)) from None
        except BROKEN as error:
            raise self.broken(error) from None

    def outputs(self, channel: paramiko.Channel) -> Iterator[tuple[bytes, bytes]]:
        """As running.outputs(), up to an hour of silence."""
        silence = Silence(stream.SILENT_SECONDS)
        with self.errors():
            for piece, error in running.outputs(channel):
                yield piece, error
                if silence.after(piece or error):
                    raise TimeoutError(f"no output for {stream.SILENT_SECONDS} s")

    def status(self, channel: paramiko.Channel, answer: Answer) -> int:
        """The exit status of a command that has ended. Without one it was cut off."""
        status = int(channel.recv_exit_status())
        if status == -1:
            raise self.broken(CUT_OFF)
        with self.errors():
            answer.must_have_begun()
        return status

    def broken(self, why: object = "") -> Unreachable:
        """The error where the connection has gone."""
        return Unreachable(
            f"{self._host}: the connection broke",
            details=self._reason(why),
            hint="There is nothing to clean up: once the host answers again, the same command "
            "finishes what was begun.",
        )

    def _reason(self, why: object) -> str:
        """What ended the connection, if that is known: a command only notices that it has gone."""
        first = self._transport.saved_exception or why
        return "the host closed it" if isinstance(first, EOFError) else str(first)
