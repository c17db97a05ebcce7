"""An SSH server on this machine that has SFTP and nothing else, for one key."""

import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.server import ServerInterface, SubsystemHandler

PROGRAM = Path("/usr/lib/openssh/sftp-server")


@dataclass
class Server:
    """keys: who may log in, each in base64."""

    port: int
    keys: set[str] = field(default_factory=set)

    def place(self, directory: Path) -> str:
        return f"sftp://backup@127.0.0.1:{self.port}/{directory}"


class _Logins(ServerInterface):
    def __init__(self, keys: set[str]) -> None:
        self.keys = keys

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        known = key.get_base64() in self.keys and username == "backup"
        return AUTH_SUCCESSFUL if known else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED


class _Sftp(SubsystemHandler):
    """The distribution's program between the pipes."""

    def start_subsystem(
        self, name: str, transport: paramiko.Transport, channel: paramiko.Channel
    ) -> None:
        pipe = subprocess.PIPE
        with subprocess.Popen([PROGRAM], stdin=pipe, stdout=pipe, bufsize=0) as program:
            assert program.stdin
            assert program.stdout
            output = program.stdout
            back = Thread(target=_pump, args=(lambda: output.read(65536), channel.sendall))
            back.start()
            _pump(lambda: channel.recv(65536), program.stdin.write)
            program.stdin.close()
            back.join()
        channel.send_exit_status(program.returncode)


def _pump(read: Callable[[], bytes], write: Callable[[bytes], object]) -> None:
    try:
        while piece := read():
            write(piece)
    except OSError:
        return


@contextmanager
def started() -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(listening.getsockname()[1])
        key = paramiko.ECDSAKey.generate()
        Thread(target=_accept, args=(listening, server, key), daemon=True).start()
        yield server


def _accept(listening: socket.socket, server: Server, key: paramiko.PKey) -> None:
    while True:
        try:
            client, _ = listening.accept()
        except OSError:
            return
        transport = paramiko.Transport(client)
        transport.add_server_key(key)
        transport.set_subsystem_handler("sftp", _Sftp)
        transport.start_server(server=_Logins(server.keys))
