"""A TCP connection that opens while other things are done, and the SSH connection over it."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.fakes import config
from tests.unit.ssh.servers import target_of
from tests.unit.ssh_server import SshServer
from understudy.errors import Unreachable
from understudy.ssh.connection import SshConnection
from understudy.ssh.dial import Dial


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def test_connects_by_itself(listener: socket.socket) -> None:
    dial = Dial("127.0.0.1", listener.getsockname()[1])
    accepted, _ = listener.accept()
    with accepted, dial.socket() as connected:
        connected.sendall(b"hello")
        assert accepted.recv(5) == b"hello"


def test_reason_is_raised_where_the_socket_is_needed() -> None:
    port = closed_port()

    with pytest.raises(OSError, match=f"^127.0.0.1 port {port}: Connection refused$"):
        Dial("127.0.0.1", port).socket()


def test_name_that_can_not_be_resolved_stays_that_error() -> None:
    with pytest.raises(socket.gaierror):
        Dial("no-such-host.invalid", 22).socket()


def test_socket_that_is_not_needed_is_closed(listener: socket.socket) -> None:
    dial = Dial("127.0.0.1", listener.getsockname()[1])
    accepted, _ = listener.accept()
    with accepted:
        dial.close()
        accepted.settimeout(5)
        assert accepted.recv(1) == b""


def test_socket_that_connects_only_after_the_end_is_closed_then(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, connect = threading.Event(), socket.create_connection

    def late(place: tuple[str, int], seconds: float) -> socket.socket:
        ended.wait(5)
        return connect(place, seconds)

    monkeypatch.setattr(socket, "create_connection", late)
    began = time.monotonic()
    Dial("127.0.0.1", listener.getsockname()[1]).close()
    assert time.monotonic() - began < 2, "no one waits for a host that does not answer"
    ended.set()

    accepted, _ = listener.accept()
    with accepted:
        accepted.settimeout(5)
        assert accepted.recv(1) == b""


def test_ssh_goes_over_the_socket_that_is_there(
    server: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dial = Dial("127.0.0.1", server.port)
    dial.socket()
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a second connection"))

    with SshConnection(target_of(server, tmp_path), "deploy", dial) as connection:
        assert connection.run(("true",)).ok


def test_host_that_refuses_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    port = closed_port()
    target = config(target={"address": "127.0.0.1", "port": port}).target("staging")
    dial = Dial("127.0.0.1", port)
    with pytest.raises(OSError, match="refused"):
        dial.socket()
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a second connection"))

    with pytest.raises(Unreachable, match="no SSH connection") as raised:
        SshConnection(target, "deploy", dial)

    assert raised.value.details == f"127.0.0.1 port {port}: Connection refused"


def test_settings_of_ssh_that_lead_elsewhere_count(server: SshServer, tmp_path: Path) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "config").write_text("Host shop.invalid\n  HostName 127.0.0.1\n")
    target = target_of(server, tmp_path).model_copy(update={"address": "shop.invalid"})

    with SshConnection(target, "deploy", Dial("shop.invalid", server.port)) as connection:
        assert connection.run(("true",)).ok
