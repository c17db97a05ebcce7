"""Who reads the output, such as `head`, may end before it's all there: that is no error of Understudy."""

import os
import select
from typing import TextIO

# Of a program that the signal SIGPIPE has ended, as a shell shows it.
GONE = 141


def has_gone(stream: TextIO) -> bool:
    """Whether the stream is a pipe that no process reads any more."""
    poll = select.poll()
    poll.register(stream.fileno(), 0)
    return any(event & select.POLLERR for _, event in poll.poll(0))


def silence(stream: TextIO) -> None:
    """Python writes what is left at its end: to nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
