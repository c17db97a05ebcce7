"""What is too long to be kept, from a command on a host or to one, piece by piece."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

import paramiko

from understudy.commands import Argv
from understudy.connection import BROKEN, CUT_OFF, Result, SshConnection
from understudy.errors import Unreachable

# An index of a large table takes its time; a command that hangs must still end some day. (That a host
# is gone is noticed much sooner, by the connection.)
SILENT_SECONDS = 3600
_PIECE = 1 << 17


def receive(
    connection: SshConnection, argv: Argv, user: str, given: bytes, take: Callable[[bytes], None]
) -> Result:
    """Runs a command as a user, with what it's given on standard input; hands on what it prints."""

    def talk(channel: paramiko.Channel) -> bytes:
        _give(channel, [given])
        while piece := channel.recv(_PIECE):
            take(piece)
        return b""

    return _run(connection, argv, user, talk)


def send(connection: SshConnection, argv: Argv, user: str, pieces: Iterable[bytes]) -> Result:
    """Runs a command as a user with these pieces on standard input."""

    def talk(channel: paramiko.Channel) -> bytes:
        _give(channel, pieces)
        output: bytes = channel.makefile("rb").read()
        return output

    return _run(connection, argv, user, talk)


@contextmanager
def listening(connection: SshConnection, argv: Argv, user: str) -> Iterator[list[str]]:
    """Runs a command as a user for as long as the block; afterwards the list has what it printed."""
    heard: list[str] = []
    with connection.transport.open_session() as channel:
        channel.exec_command(connection.line(argv, user))
        yield heard
    # What came until it was closed is there to be read; its next word ends the command.
    channel.settimeout(0)
    with suppress(*BROKEN):
        while piece := channel.recv(_PIECE):
            heard.append(piece.decode(errors="replace"))


def _give(channel: paramiko.Channel, pieces: Iterable[bytes]) -> None:
    """A command that ends before it has all tells why in its own words."""
    for piece in pieces:
        try:
            channel.sendall(piece)
        except OSError:
            if channel.exit_status_ready():
                return
            raise
    with suppress(OSError):
        channel.shutdown_write()


def _run(
    connection: SshConnection, argv: Argv, user: str, talk: Callable[[paramiko.Channel], bytes]
) -> Result:
    try:
        with connection.transport.open_session() as channel:
            channel.settimeout(SILENT_SECONDS)
            channel.exec_command(connection.line(argv, user))
            output = talk(channel)
            errors = channel.makefile_stderr("rb").read().decode(errors="replace")
            status = channel.recv_exit_status()
    except BROKEN as error:
        raise Unreachable("the connection broke", details=str(error)) from None
    if status == -1:
        raise Unreachable("the connection broke", details=CUT_OFF)
    return Result(status == 0, output.decode(errors="replace"), errors)
