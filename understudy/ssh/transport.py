"""The TCP below an SSH connection: it sends at once, and doesn't wait for ever."""

import socket
from typing import Any

import paramiko

# Without an acknowledgement for so long the connection counts as broken: TCP_USER_TIMEOUT of tcp(7).
# Paramiko itself would wait on. A host that is moved, or whose machine is busy, may stand still for a while.
SECONDS_WITHOUT_ACKNOWLEDGEMENT = 60


def transport(sock: Any, **options: Any) -> paramiko.Transport:
    """Paramiko's own transport, with the options of its socket set first."""
    # Through a jump host there is no TCP of this connection's own.
    if isinstance(sock, socket.socket):
        _set_options(sock)
    return paramiko.Transport(sock, **options)


def _set_options(sock: socket.socket) -> None:
    # SSH sends many small packets: the second would wait until the first is acknowledged.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        milliseconds = SECONDS_WITHOUT_ACKNOWLEDGEMENT * 1000
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
