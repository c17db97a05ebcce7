"""The first command on a host: whether the login runs what it is asked to, and by which shell."""

import time

import paramiko

from understudy.commands.on_host import MARK, WHICH_SHELL
from understudy.ssh import running
from understudy.ssh.running import OtherAnswer

SECONDS = 15


def login_shell(channel: paramiko.Channel) -> str:
    """The path of the login shell, whatever greeting is printed before.

    Raises OtherAnswer if another program answers than our command.
    """
    deadline = time.monotonic() + SECONDS
    output = errors = b""
    channel.exec_command(WHICH_SHELL)
    # A forced command may wait for input.
    channel.shutdown_write()
    for piece, error in running.outputs(channel):
        output, errors = output + piece, errors + error
        if time.monotonic() > deadline:
            break
    _, mark, rest = output.decode(errors="replace").partition(MARK)
    if not mark:
        raise OtherAnswer((output + errors).decode(errors="replace"))
    return rest.partition("\n")[0].strip()
