"""How a connection logs in: by Fabric, or for a quick look by the Paramiko below it alone.

To import Fabric and what it is made of takes half as long as to import Paramiko, and a look that finds
nothing to do needs nothing of it. But Fabric reads the user's settings: it logs in wherever one of them counts.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paramiko

from understudy.ssh import options
from understudy.ssh.dial import Dial
from understudy.ssh.endpoint import Endpoint

# As Fabric has them, the first one first.
SSH_SETTINGS = ("~/.ssh/config", "/etc/ssh/ssh_config")
FABRIC_SETTINGS = ("~/.fabric", "/etc/fabric")
_FABRIC_SUFFIXES = (".yaml", ".yml", ".json", ".py")
# The keywords of ssh_config(5) that Fabric heeds, besides those that it is given: user and port.
HEEDED = {"hostname", "proxyjump", "proxycommand", "connecttimeout", "identityfile"}


@dataclass(frozen=True)
class Login:
    """client: is logged in. kept: keeps the connection to a jump host open."""

    client: paramiko.SSHClient
    kept: object = None

    @property
    def transport(self) -> paramiko.Transport:
        transport = self.client.get_transport()
        if transport is None:
            raise EOFError("the connection is closed")
        return transport

    def close(self) -> None:
        self.client.close()


def log_in(target: Endpoint, user: str, dial: Dial | None) -> Login:
    """dial: a TCP connection that is being opened, for a quick look. Raises what Paramiko raises."""
    if dial and is_plain(target):
        return _by_paramiko(target, user, dial)
    return _by_fabric(target, user, dial)


def is_plain(target: Endpoint) -> bool:
    """Whether no settings of this machine's or its user's have a say in how this host is reached."""
    if any(_exists(f"{name}{suffix}") for name in FABRIC_SETTINGS for suffix in _FABRIC_SUFFIXES):
        return False
    settings = paramiko.SSHConfig()
    try:
        for name in SSH_SETTINGS:
            if _exists(name):
                with Path(name).expanduser().open(encoding="utf-8") as file:
                    settings.parse(file)
        found = settings.lookup(target.address)
    # Fabric says what is wrong with them.
    except (paramiko.SSHException, ImportError, OSError, ValueError):
        return False
    if found.get("hostname") == target.address:
        del found["hostname"]
    return not HEEDED & set(found)


def _exists(name: str) -> bool:
    return Path(name).expanduser().exists()


def _by_paramiko(target: Endpoint, user: str, dial: Dial) -> Login:
    client = paramiko.SSHClient()
    options.trust_only_known_hosts(client, target)
    given = options.arguments(target)
    client.connect(target.address, target.port, user, sock=dial.socket(), **given)
    return Login(client)


def _by_fabric(target: Endpoint, user: str, dial: Dial | None) -> Login:
    import fabric
    import invoke

    # For `Match exec`. Paramiko may have been imported without it, for the quick look.
    vars(paramiko.config)["invoke"] = invoke
    given: dict[str, Any] = options.arguments(target)
    connection = fabric.Connection(target.address, user, port=target.port, connect_kwargs=given)
    options.trust_only_known_hosts(connection.client, target)
    # Not if ~/.ssh/config leads to another host, or through one.
    if dial and (connection.gateway or (connection.host, connection.port) != dial.place):
        dial.close()
    elif dial:
        connection.connect_kwargs["sock"] = dial.socket()
    connection.open()
    return Login(connection.client, connection)
