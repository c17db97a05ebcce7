"""What SSH goes over here: TCP that holds nothing back, and doesn't wait for ever."""

import socket
from typing import Any

import paramiko

# If the network doesn't take what is sent for so long, the connection counts as broken. (Paramiko
# itself waits on.)
SECONDS_WITHOUT_ACKNOWLEDGEMENT = 30


def transport(sock: Any, **options: Any) -> paramiko.Transport:
    """Paramiko's own; what it goes over is made ready before the first word."""
    # Through a jump host there is no TCP of this connection's own.
    if isinstance(sock, socket.socket):
        _make_ready(sock)
    return paramiko.Transport(sock, **options)


def _make_ready(sock: socket.socket) -> None:
    # SSH says much in a few small packets: the second would wait until the first is acknowledged.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        milliseconds = SECONDS_WITHOUT_ACKNOWLEDGEMENT * 1000
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
