"""A target's settings as options of Paramiko: the key, the timeouts, which hosts are trusted."""

from pathlib import Path
from typing import Any

import paramiko

from understudy.local.once import once
from understudy.ssh.dial import CONNECT_SECONDS
from understudy.ssh.endpoint import Endpoint
from understudy.ssh.transport import transport


def arguments(target: Endpoint) -> dict[str, Any]:
    """Of Paramiko's SSHClient.connect()."""
    given: dict[str, Any] = {
        "timeout": CONNECT_SECONDS,
        "auth_timeout": CONNECT_SECONDS,
        "transport_factory": transport,
    }
    return given | {**_key(target.key), "look_for_keys": False} if target.key else given


def trust_only_known_hosts(client: paramiko.SSHClient, target: Endpoint) -> None:
    """Fabric would trust any host that it has not seen before."""
    if target.known_hosts is None:
        client.load_system_host_keys()
    elif target.known_hosts.exists():
        client.load_host_keys(str(target.known_hosts))
    client.set_missing_host_key_policy(paramiko.RejectPolicy())


def _key(path: Path) -> dict[str, Any]:
    """The private key, read here: Paramiko would try the file as a key of each kind in turn, and
    would raise an error about the last kind instead of the host's refusal.
    """
    try:
        return {"pkey": _private_key(path, path.stat().st_mtime_ns)}
    except Exception:
        # Locked by a password, or missing: an agent may have it, and if not, Paramiko raises the reason.
        return {"key_filename": str(path)}


@once
def _private_key(path: Path, changed: int) -> paramiko.PKey:
    """changed: when the file was. To check an RSA key takes as long as all else of a connection."""
    return paramiko.PKey.from_path(path)
