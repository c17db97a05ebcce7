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
# An index of a large table takes its time; a command that hangs must still end some day.
SILENT_SECONDS = 3600
_PIECE = 2**18


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


def printed_so_far(channel: paramiko.Channel) -> str:
    """What our command has printed, without waiting for more."""
    pieces: list[bytes] = []
    channel.settimeout(0)
    with suppress(*BROKEN):
        while piece := channel.recv(_PIECE):
            pieces.append(piece)
    return Answer().take(b"".join(pieces)).decode(errors="replace")


def errors(channel: paramiko.Channel) -> str:
    """All that our command prints as errors, until it ends."""
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
    """Waits until a command has ended, so long at most."""
    return channel.status_event.wait(seconds)
