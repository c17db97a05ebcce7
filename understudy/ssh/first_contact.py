"""The first word with a host: whether a login runs what it is asked to, and by which shell."""

import time

import paramiko

from understudy.commands.on_host import MARK, WHICH_SHELL
from understudy.ssh import running
from understudy.ssh.running import NotOurs

SECONDS = 15


def login_shell(channel: paramiko.Channel) -> str:
    """Its path. A greeting does no harm. Raises NotOurs if something other than our command answers."""
    deadline = time.monotonic() + SECONDS
    output = errors = b""
    channel.exec_command(WHICH_SHELL)
    # What a forced command may read is at its end.
    channel.shutdown_write()
    for piece, error in running.outputs(channel):
        output, errors = output + piece, errors + error
        if time.monotonic() > deadline:
            break
    _, mark, rest = output.decode(errors="replace").partition(MARK)
    if not mark:
        raise NotOurs((output + errors).decode(errors="replace"))
    return rest.partition("\n")[0].strip()
