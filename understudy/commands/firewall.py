"""A firewall that is undone unless confirmed. Installed by provision/55-firewall-undo.sh."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from understudy.commands import Argv

# From the change on, which is a few steps before the end of provisioning.
SECONDS = 60
_PROGRAM = "/usr/local/sbin/understudy-firewall-undo"


def provision(script: PurePosixPath, arguments: Sequence[str]) -> Argv:
    """Runs the provisioning script; a firewall that it changes waits for the confirm."""
    return ("sudo", "-n", "env", f"CONFIRM_SECONDS={SECONDS}", "sh", str(script), *arguments)


def confirm(site: str) -> Argv:
    """The new firewall may stay. Fails if it was undone already; else does no harm."""
    return ("sudo", "-n", _PROGRAM, site, "confirm")
