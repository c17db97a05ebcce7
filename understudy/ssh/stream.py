"""What goes into a command on a host and what comes out of it, over a channel of an SSH connection."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import paramiko

from understudy.commands.on_host import MARK
from understudy.errors import StepFailed
from understudy.ssh.running import Answer

Content = str | Path | Iterable[bytes]

# What Paramiko raises where a channel or its connection has gone.
BROKEN = (paramiko.SSHException, OSError, EOFError)
# A large table's index may take long; but a command that hangs must end some time.
SILENT_SECONDS = 3600
_PIECE = 2**18


def pieces(content: Content) -> Iterator[bytes]:
    """What a command gets on its standard input. Raises StepFailed if it can't be read here."""
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
            "the data to send can't be read on this machine",
            details=str(error),
            hint="Did another program change or remove it? Run the same command again.",
        ) from None


def split(content: bytes) -> Iterator[bytes]:
    """Into pieces: a large one at once could not be cut off."""
    return (content[start : start + _PIECE] for start in range(0, len(content), _PIECE))


def printed_so_far(channel: paramiko.Channel) -> str:
    """What our command has printed, without waiting for more."""
    printed: list[bytes] = []
    channel.settimeout(0)
    with suppress(*BROKEN):
        while piece := channel.recv(_PIECE):
            printed.append(piece)
    return Answer().take(b"".join(printed)).decode(errors="replace")


def errors(channel: paramiko.Channel) -> str:
    """What our command prints on standard error, until it ends."""
    whole = channel.makefile_stderr("rb").read().decode(errors="replace")
    return whole.partition(f"{MARK}\n")[2] or whole


def lines(channel: paramiko.Channel) -> Iterator[str]:
    """What our command prints, line by line; what was printed before it is left out."""
    begun = False
    for line in channel.makefile("r"):
        if begun:
            yield line.strip()
        begun = begun or line.startswith(MARK)


def ends_within(channel: paramiko.Channel, seconds: float) -> bool:
    """Waits for the end of a command. False if it has not ended after so many seconds."""
    return channel.status_event.wait(seconds)
