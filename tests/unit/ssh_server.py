"""A real SSH server on this machine, for as long as a test runs. Its commands run in a shell here."""

import base64
import contextlib
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Thread
from types import TracebackType
from typing import IO, Self

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_CONNECT_FAILED,
    OPEN_SUCCEEDED,
)

# Commands with these words end the connection, or only their own channel, without an exit status.
DROP = "drop the connection"
CUT = "cut the channel"
_SECONDS_TO_CONNECT = 2


class SshServer:
    """Accepts a client that has one of `keys`. environment: of its commands. forwards: where a port forward
    to an address and port leads; others are refused.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.host_key = paramiko.ECDSAKey.generate()
        self.keys: list[paramiko.PKey] = []
        self.environment = dict(environment)
        self.forwards: dict[tuple[str, int], tuple[str, int]] = {}
        # The login shell, which gets the command as its last word.
        self.shell = ["sh", "-c"]
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._transports: list[paramiko.Transport] = []
        self.processes: list[subprocess.Popen[bytes]] = []
        self._thread = Thread(target=self._serve)

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def known(self) -> str:
        """Its line in known_hosts."""
        key = self.host_key
        return f"[127.0.0.1]:{self.port} {key.get_name()} {key.get_base64()}\n"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Wakes up accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        for transport in self._transports:
            transport.close()
        for process in self.processes:
            if process.poll() is None:
                # It may end by itself in this very moment.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            transport = paramiko.Transport(client)
            transport.add_server_key(self.host_key)
            self._transports.append(transport)
            session = _Session(self)
            try:
                transport.start_server(server=session)
                Thread(target=session.forward, args=(transport,), daemon=True).start()
            except (paramiko.SSHException, EOFError, ConnectionError):
                continue  # a client that does not trust this server, or only tries the port, leaves


class _Session(paramiko.ServerInterface):
    def __init__(self, server: SshServer) -> None:
        self._server = server
        self._forwarded: dict[int, socket.socket] = {}

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        known = key in self._server.keys
        return AUTH_SUCCESSFUL if known else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def check_channel_direct_tcpip_request(
        self, chanid: int, origin: tuple[str, int], destination: tuple[str, int]
    ) -> int:
        place = self._server.forwards.get(destination)
        if place is None:
            return OPEN_FAILED_CONNECT_FAILED
        try:
            far = socket.create_connection(place, timeout=_SECONDS_TO_CONNECT)
        except OSError:
            # As sshd does: the connection with its other channels stays.
            return OPEN_FAILED_CONNECT_FAILED
        far.settimeout(None)
        self._forwarded[chanid] = far
        return OPEN_SUCCEEDED

    def forward(self, transport: paramiko.Transport) -> None:
        """Carries what comes for forwarded ports, as long as the connection lives."""
        # Paramiko closes a channel to which nothing refers, also one that is opened ahead of its command.
        opened: list[paramiko.Channel] = []
        while transport.is_active():
            channel = transport.accept(0.2)
            opened = [one for one in (*opened, channel) if one and not one.closed]
            if channel and (far := self._forwarded.pop(channel.chanid, None)):
                Thread(target=_carry, args=(channel, far), daemon=True).start()

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        Thread(target=self._answer, args=(channel, command.decode()), daemon=True).start()
        return True

    def _answer(self, channel: paramiko.Channel, command: str) -> None:
        # The client may be gone before it has the whole answer.
        with suppress(EOFError, OSError):
            self._run(channel, command)

    def _run(self, channel: paramiko.Channel, command: str) -> None:
        words = _words(command)
        if DROP in words:
            channel.get_transport().close()
            return
        if CUT in words:
            channel.close()
            return
        process = subprocess.Popen(
            [*self._server.shell, command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._server.environment,
            # As on systems where each user has a group.
            umask=0o002,
            start_new_session=True,
        )
        self._server.processes.append(process)
        assert process.stdin
        assert process.stdout
        assert process.stderr
        Thread(target=_feed, args=(channel, process.stdin), daemon=True).start()
        errors = Thread(target=_drain, args=(process.stderr, channel.sendall_stderr), daemon=True)
        errors.start()
        ended = Thread(target=_send_status, args=(channel, process), daemon=True)
        ended.start()
        _drain(process.stdout, channel.sendall)
        errors.join()
        ended.join()
        _let_the_reply_out(channel)
        channel.close()


def _carry(channel: paramiko.Channel, far: socket.socket) -> None:
    def back() -> None:
        with suppress(OSError, EOFError):
            while piece := far.recv(65536):
                channel.sendall(piece)
        channel.close()

    Thread(target=back, daemon=True).start()
    with far, suppress(OSError, EOFError):
        while piece := channel.recv(65536):
            far.sendall(piece)
        far.shutdown(socket.SHUT_WR)
        while not channel.closed:
            time.sleep(0.01)


def _words(command: str) -> str:
    """A command as it is, or out of the base64 of a line for any shell."""
    found = re.search(r"printf %s (\S+)", command)
    return base64.b64decode(found[1]).decode() if found else command


def _let_the_reply_out(channel: paramiko.Channel) -> None:
    """Paramiko says that the command was begun only after it has: one that ends at once could close the
    channel before. A client that has sent all its input has heard it.
    """
    deadline = time.monotonic() + 0.5
    while not (channel.eof_received or channel.closed) and time.monotonic() < deadline:
        time.sleep(0.005)


def _send_status(channel: paramiko.Channel, process: subprocess.Popen[bytes]) -> None:
    """As soon as it's known, as sshd does: what the process left behind may still print."""
    status = process.wait()
    # A process that was killed has none.
    if status >= 0:
        with suppress(EOFError, OSError):
            channel.send_exit_status(status)


def _feed(channel: paramiko.Channel, stdin: IO[bytes]) -> None:
    """Standard input ends when the client closes the channel, as with any SSH server."""
    with suppress(OSError), stdin:
        while data := channel.recv(4096):
            stdin.write(data)
            stdin.flush()


def _drain(output: IO[bytes], send: Callable[[bytes], None]) -> None:
    """Passes on what a command prints. To its end, even if no one reads it any more."""
    while data := os.read(output.fileno(), 4096):
        with suppress(EOFError, OSError):
            send(data)
