"""A command on a host that doesn't end: what it does there, and its end."""

from collections.abc import Callable
from contextlib import suppress

import paramiko

from understudy.commands import Argv, processes
from understudy.errors import UnderstudyError
from understudy.ssh import stream

# What a command prints that is run beside the one in question.
Look = Callable[[Argv], str]
# For Python to undo what it has begun.
SECONDS = 5


def at_work(look: Look, session: int) -> str:
    """The processes of a command, in words."""
    if not session:
        return "the host has not begun with it yet"
    try:
        found = look(processes.listing(session))
    except UnderstudyError as error:
        return f"the host does not say what runs there ({error.summary})"
    return processes.at_work(found) or "nothing of it runs there any more"


def end(look: Look, channel: paramiko.Channel, session: int, may_be_root: bool) -> str:
    """Ends a command with all that it has started. Returns a sentence on how that went."""
    # 0: it has not even begun to print.
    for signal in ("INT", "KILL") if session else ():
        with suppress(UnderstudyError):
            look(processes.end(signal, session, may_be_root=may_be_root))
        if stream.ends_within(channel, SECONDS):
            return "Its processes on the host were ended."
    return "It could not be ended on the host and may be at work there still."
