"""Calls the provisioning script, and confirms its changes of the firewall and of SSH logins.

Without the confirmation the host restores the old ones: see provision/55-firewall-undo.sh.
"""

from collections.abc import Sequence
from pathlib import PurePosixPath

from understudy.commands import Argv

# The time to confirm, in seconds; it starts a few steps before the end of provisioning.
SECONDS = 60
_PROGRAM = "/usr/local/sbin/understudy-firewall-undo"


def provision(script: PurePosixPath, arguments: Sequence[str], *, check: bool = False) -> Argv:
    """Runs the provisioning script; a firewall and logins that it changes wait for the confirm.

    check: it changes nothing, and prints a line `would ...` for each change.
    """
    variables = (f"CONFIRM_SECONDS={SECONDS}", *(("CHECK=1",) if check else ()))
    return ("sudo", "-n", "env", *variables, "sh", str(script), *arguments)


def confirm(site: str) -> Argv:
    """Keeps the new firewall and logins. Fails if the host has already restored the old ones."""
    return ("sudo", "-n", _PROGRAM, site, "confirm")
