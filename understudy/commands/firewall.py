"""The provisioning script's call, and the undo of a firewall and of SSH logins that no one confirms.

The undo is installed by provision/55-firewall-undo.sh.
"""

from collections.abc import Sequence
from pathlib import PurePosixPath

from understudy.commands import Argv

# From the change on, which is a few steps before the end of provisioning.
SECONDS = 60
_PROGRAM = "/usr/local/sbin/understudy-firewall-undo"


def provision(script: PurePosixPath, arguments: Sequence[str], *, check: bool = False) -> Argv:
    """Runs the provisioning script; a firewall and logins that it changes wait for the confirm.

    check: it changes nothing, and prints a line `would ...` for each change.
    """
    variables = (f"CONFIRM_SECONDS={SECONDS}", *(("CHECK=1",) if check else ()))
    return ("sudo", "-n", "env", *variables, "sh", str(script), *arguments)


def confirm(site: str) -> Argv:
    """The new firewall and logins may stay. Fails if it was undone already; else does no harm."""
    return ("sudo", "-n", _PROGRAM, site, "confirm")
