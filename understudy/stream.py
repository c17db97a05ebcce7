"""What a command on a host prints, piece by piece: for what is too long to be kept, or has no end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from understudy.commands import Argv, as_user
from understudy.connection import BROKEN, CUT_OFF, SILENT_SECONDS, Result, SshConnection, start

_PIECE = 1 << 17


def receive(
    connection: SshConnection, argv: Argv, user: str, given: bytes, take: Callable[[bytes], None]
) -> Result:
    """Runs a command as a user, with what it's given on standard input; hands on what it prints."""
    try:
        with connection.transport.open_session() as channel:
            channel.settimeout(SILENT_SECONDS)
            start(channel, connection.as_a_step(as_user(user, argv)), [given])
            while piece := channel.recv(_PIECE):
                take(piece)
            errors = channel.makefile_stderr("rb").read().decode(errors="replace")
            status = channel.recv_exit_status()
    except BROKEN as error:
        raise connection.broken(error) from None
    if status == -1:
        raise connection.broken(CUT_OFF)
    return Result(status == 0, "", errors)


@contextmanager
def listening(connection: SshConnection, argv: Argv, user: str) -> Iterator[list[str]]:
    """Runs a command as a user for as long as the block; afterwards the list has what it printed."""
    heard: list[str] = []
    with connection.transport.open_session() as channel:
        channel.exec_command(connection.as_a_step(as_user(user, argv)))
        yield heard
    # What came until it was closed is there to be read; its next word ends the command.
    channel.settimeout(0)
    with suppress(*BROKEN):
        while piece := channel.recv(_PIECE):
            heard.append(piece.decode(errors="replace"))
