"""A port of this machine that leads to a port of a host, through an open SSH connection.

Fabric has one too, but it ends at the first connection that the host refuses.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread

import paramiko

from understudy.ssh.channels import end_input

OPEN_SECONDS = 10
# Closing a socket that lingers for no time resets its connection.
RESET = struct.pack("ii", 1, 0)
# What Paramiko raises where a channel or its connection has gone.
GONE = (OSError, EOFError, paramiko.SSHException)


@contextmanager
def forward(
    transport: paramiko.Transport, remote_port: int, remote_host: str = "127.0.0.1"
) -> Iterator[int]:
    """Listens on a free port of 127.0.0.1, which it yields, and carries each connection to the host.

    Where the host refuses one, or the SSH connection has gone, the client's connection is reset.
    At the end those that are still open are closed, and no thread is left.
    """
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    carrier = _Carrier(transport, (remote_host, remote_port))
    accepting = Thread(target=_accept, args=(listener, carrier), name="forward", daemon=True)
    accepting.start()
    try:
        yield listener.getsockname()[1]
    finally:
        # Wakes up accept().
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join()
        listener.close()
        carrier.close()


def _accept(listener: socket.socket, carrier: "_Carrier") -> None:
    while True:
        try:
            client, _ = listener.accept()
        except ConnectionAbortedError:
            continue  # the client has given up
        except OSError:
            return
        carrier.start(client)


class _Carrier:
    """Carries connections to one place, each in two threads, one for each direction."""

    def __init__(self, transport: paramiko.Transport, place: tuple[str, int]) -> None:
        self._transport = transport
        self._place = place
        self._lock = Lock()
        self._closing = False
        self._open: dict[socket.socket, paramiko.Channel] = {}
        self._threads: set[Thread] = set()

    def start(self, client: socket.socket) -> None:
        thread = Thread(target=self._carry, args=(client,), name="forward", daemon=True)
        with self._lock:
            self._threads = {thread, *(other for other in self._threads if other.is_alive())}
            thread.start()

    def close(self) -> None:
        """Ends all connections and waits for their threads."""
        with self._lock:
            self._closing = True
            for client, channel in self._open.items():
                _stop(client, channel, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _carry(self, client: socket.socket) -> None:
        with client:
            # Until the far end has closed its side, the connection ends by a reset.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            # Paramiko raises errors of all kinds where its connection dies; the client gets a reset.
            with suppress(Exception), self._channel(client) as channel:
                self._register(client, channel)
                try:
                    _both_ways(client, channel)
                finally:
                    self._forget(client)

    def _channel(self, client: socket.socket) -> paramiko.Channel:
        return self._transport.open_channel(
            "direct-tcpip", self._place, client.getpeername(), timeout=OPEN_SECONDS
        )

    def _register(self, client: socket.socket, channel: paramiko.Channel) -> None:
        with self._lock:
            self._open[client] = channel
            if self._closing:
                _stop(client, channel, socket.SHUT_RDWR)

    def _forget(self, client: socket.socket) -> None:
        with self._lock:
            del self._open[client]


def _both_ways(client: socket.socket, channel: paramiko.Channel) -> None:
    outward = Thread(target=_outward, args=(client, channel), name="forward", daemon=True)
    outward.start()
    try:
        _inward(client, channel)
    finally:
        # Sends nothing to the client yet: closing its socket decides how its connection ends.
        _stop(client, channel, socket.SHUT_RD)
        outward.join()


def _outward(client: socket.socket, channel: paramiko.Channel) -> None:
    """From the client to the host, until the client has closed its side."""
    try:
        while data := client.recv(65536):
            channel.sendall(data)
        end_input(channel)
    except GONE:
        # A client that was reset takes no answer.
        _close(channel)


def _inward(client: socket.socket, channel: paramiko.Channel) -> None:
    """From the host to the client, until the host has closed its side."""
    while data := channel.recv(65536):
        client.sendall(data)
    # A channel also ends when the SSH connection dies; only a complete one ends with EOF.
    if channel.eof_received:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 0, 0))
        client.shutdown(socket.SHUT_WR)


def _stop(client: socket.socket, channel: paramiko.Channel, how: int) -> None:
    """Wakes up the threads that wait for the far end or for the client."""
    _close(channel)
    with suppress(OSError):
        client.shutdown(how)


def _close(channel: paramiko.Channel) -> None:
    """Without an error if its connection has gone, which its user has noticed."""
    with suppress(*GONE):
        channel.close()
