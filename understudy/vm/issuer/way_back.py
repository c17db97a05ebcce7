"""The way from a VM on another machine to the issuer here: a port of that machine, through SSH. Pure."""

import shlex

from understudy.commands import Argv
from understudy.vm.issuer import settings
from understudy.vm.vm_host import VmHost

# Of the other machine's loopback. Above those that its kernel gives out by itself there are none: below them.
_FIRST_PORT, _PORTS = 20500, 9000


def command(host: VmHost, there: str, here: str) -> tuple[str, ...]:
    """Opens it. there: the other machine's address in the VM's network; here: the issuer's.

    sshd forwards from its own loopback only, unless it is set otherwise. So a program there listens in the VM's
    network: with a terminal, whose end ends it.
    """
    port = _FIRST_PORT + sum(map(int, there.split("."))) * 7 % _PORTS
    options = ("-tt", "-o", "ExitOnForwardFailure=yes", "-o", "ServerAliveInterval=10")
    own = ("-o", "ControlMaster=no", "-o", "ControlPath=none")
    forward = ("-R", f"{settings.LOOPBACK}:{port}:{here}:{settings.PORT}")
    listen = ("systemd-socket-activate", "-l", f"{there}:{settings.PORT}")
    carry = ("/lib/systemd/systemd-socket-proxyd", f"{settings.LOOPBACK}:{port}")
    return (*host.ssh(*options, *own, *forward), shlex.join((*listen, *carry)))


def check(there: str) -> Argv:
    """Runs on the VM: whether the issuer answers there."""
    url = f"https://{there}:{settings.PORT}/dir"
    return ("curl", "--silent", "--insecure", "--max-time", "5", "--output", "/dev/null", url)
