"""`molecule test` of the Ansible peer: the nearest relative of a rehearsal."""

import os
import shlex
import sys
from secrets import token_hex

from benchmarks.app import App
from benchmarks.timing import PROJECT, Command
from benchmarks.tools import ENVIRONMENT, KEY, PEERS, USER, Place, what

NAME = "Molecule"


def test(app: App, place: Place) -> Command:
    """Resets the VM, deploys the last commit twice and verifies it."""
    reset = (sys.executable, str(PROJECT / "deploy.py"), "reset", "--config", str(app.config))
    environment = {
        **what(app),
        "ADDRESS": place.addresses[0],
        "LOGIN": USER,
        "KEY": str(KEY),
        "SSH_OPTIONS": " ".join(place.ssh_options),
        "RESET": shlex.join(reset),
        # Each run begins without a connection.
        "ANSIBLE_SSH_CONTROL_PATH": f"%(directory)s/{token_hex(4)}-%%C",
        "PATH": f"{ENVIRONMENT / 'bin'}:{os.environ['PATH']}",
    }
    return Command(("molecule", "test"), PEERS / "ansible", environment)
