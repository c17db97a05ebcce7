"""What goes into a command on a host and what comes out of it, over a channel of an SSH connection."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import paramiko

from understudy.errors import StepFailed

Content = str | Path | Iterable[bytes]

# What Paramiko raises where a channel or its connection has gone.
BROKEN = (paramiko.SSHException, OSError, EOFError)
# An index of a large table takes its time; a command that hangs must still end some day.
SILENT_SECONDS = 3600
_PIECE = 2**18


def start(channel: paramiko.Channel, command: str) -> None:
    """Starts a command that is given something. All of it is read, even if the command ends before:
    what comes for a channel that has ended would end the whole connection.
    """
    channel.settimeout(SILENT_SECONDS)
    channel.exec_command(f"{command}; status=$?; cat >/dev/null; exit $status")


def given(content: Content) -> Iterator[bytes]:
    """What it's given, piece by piece. Raises StepFailed if that can't be read here."""
    try:
        match content:
            case str():
                yield content.encode()
            case Path():
                with content.open("rb") as source:
                    while piece := source.read(_PIECE):
                        yield piece
            case _:
                yield from content
    except OSError as error:
        raise StepFailed(
            "what is to be sent can't be read on this machine",
            details=str(error),
            hint="Did something change it meanwhile? The same command makes it anew.",
        ) from None


def printed(channel: paramiko.Channel) -> Iterator[bytes]:
    """What the command prints, piece by piece, until it ends."""
    while piece := channel.recv(_PIECE):
        yield piece


def printed_so_far(channel: paramiko.Channel) -> str:
    """What is there to be read, without waiting for more."""
    pieces: list[bytes] = []
    channel.settimeout(0)
    with suppress(*BROKEN):
        for piece in printed(channel):
            pieces.append(piece)  # noqa: PERF402 - those before it broke count
    return b"".join(pieces).decode(errors="replace")


def errors(channel: paramiko.Channel) -> str:
    """All that the command prints as errors, until it ends."""
    return channel.makefile_stderr("rb").read().decode(errors="replace")
