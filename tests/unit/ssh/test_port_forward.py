"""A forward lives through whatever happens to its connections, and ends with all of them."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Thread
from typing import cast

import paramiko
import pytest
from paramiko.common import AUTH_SUCCESSFUL, OPEN_FAILED_CONNECT_FAILED, OPEN_SUCCEEDED

from tests.unit.web_server import until
from understudy.ssh import port_forward
from understudy.ssh.port_forward import forward


def echo(channel: paramiko.Channel) -> None:
    while data := channel.recv(65536):
        channel.sendall(data.upper())


class Host(paramiko.ServerInterface):
    """The far end of an SSH connection in this process. serving: what it does with a connection."""

    def __init__(self) -> None:
        self.refusing = False
        self.serving: Callable[[paramiko.Channel], None] = echo
        self.asked_for: list[tuple[str, int]] = []
        near, far = socket.socketpair()
        self._server = paramiko.Transport(far)
        self._server.add_server_key(paramiko.ECDSAKey.generate())
        self._server.start_server(event=threading.Event(), server=self)
        self.client = paramiko.Transport(near)
        self.client.start_client(timeout=5)
        self.client.auth_none("deploy")
        self._accepting = Thread(target=self._accept)
        self._accepting.start()

    def close(self) -> None:
        self._server.close()
        self.client.close()
        self._accepting.join()

    def drop(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        while self._server.is_active():
            if channel := self._server.accept(timeout=0.02):
                Thread(target=self._serve, args=(channel,), daemon=True).start()

    def _serve(self, channel: paramiko.Channel) -> None:
        with suppress(OSError, EOFError), channel:
            self.serving(channel)

    def check_auth_none(self, username: str) -> int:
        return AUTH_SUCCESSFUL

    def check_channel_direct_tcpip_request(
        self, chanid: int, origin: tuple[str, int], destination: tuple[str, int]
    ) -> int:
        self.asked_for.append(destination)
        return OPEN_FAILED_CONNECT_FAILED if self.refusing else OPEN_SUCCEEDED


@pytest.fixture
def host(caplog: pytest.LogCaptureFixture) -> Iterator[Host]:
    # As connection.py does: Paramiko logs each refusal as an error of its own.
    caplog.set_level("CRITICAL", "paramiko")
    host = Host()
    yield host
    host.close()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def all_of(client: socket.socket) -> bytes:
    with client:
        return b"".join(iter(lambda: client.recv(65536), b""))


def say_all(client: socket.socket, text: bytes) -> None:
    client.sendall(text)
    client.shutdown(socket.SHUT_WR)


def said(client: socket.socket, text: bytes) -> bytes:
    client.sendall(text)
    return client.recv(65536)


def threads() -> list[Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "forward"]


def assert_new_one_is_reset(port: int) -> None:
    """At its start already, or when it waits for an answer."""
    with pytest.raises(ConnectionResetError):
        all_of(connect(port))


def test_connections_are_carried_side_by_side(host: Host) -> None:
    with forward(host.client, 8000) as port, connect(port) as one, connect(port) as other:
        assert said(one, b"one") == b"ONE"
        assert said(other, b"other") == b"OTHER"
        assert said(one, b"again") == b"AGAIN"

    assert host.asked_for == [("127.0.0.1", 8000)] * 2


def test_forward_can_lead_to_another_address_than_the_host(host: Host) -> None:
    with forward(host.client, 443, "192.0.2.1") as port, connect(port) as client:
        said(client, b"x")

    assert host.asked_for == [("192.0.2.1", 443)]


def test_only_this_machine_can_use_the_forward(host: Host) -> None:
    with forward(host.client, 8000) as port, socket.socket() as elsewhere:
        # Another address of this machine.
        assert elsewhere.connect_ex(("127.0.0.2", port)) != 0


def test_large_data_is_carried_as_a_whole_with_its_end(host: Host) -> None:
    much = bytes(range(64)) * 8_000

    with forward(host.client, 8000) as port:
        client = connect(port)
        sending = Thread(target=say_all, args=(client, much))
        sending.start()
        received = all_of(client)
        sending.join()

    assert received == much.upper()


def test_far_end_that_closes_ends_the_connection_in_order(host: Host) -> None:
    def answer(channel: paramiko.Channel) -> None:
        channel.recv(1)
        channel.sendall(b"the whole answer")

    host.serving = answer
    with forward(host.client, 8000) as port:
        client = connect(port)
        client.sendall(b"?")
        assert all_of(client) == b"the whole answer"
        until(lambda: len(threads()) == 1)


def test_client_that_leaves_is_noticed_by_the_far_end(host: Host) -> None:
    noticed = threading.Event()

    def wait(channel: paramiko.Channel) -> None:
        channel.sendall(b"?")
        if not channel.recv(1):
            noticed.set()

    host.serving = wait
    with forward(host.client, 8000) as port:
        with connect(port) as client:
            client.recv(1)
        assert noticed.wait(5)
        until(lambda: len(threads()) == 1)


def test_refused_connection_is_reset_and_the_next_one_is_carried(host: Host) -> None:
    with forward(host.client, 8000) as port:
        host.refusing = True
        for _ in range(3):
            assert_new_one_is_reset(port)
        host.refusing = False
        with connect(port) as client:
            assert said(client, b"back") == b"BACK"


def test_death_of_the_ssh_connection_resets_open_and_new_connections(host: Host) -> None:
    with forward(host.client, 8000) as port:
        client = connect(port)
        assert said(client, b"alive") == b"ALIVE"
        host.drop()
        with client, pytest.raises(ConnectionResetError):
            client.recv(1)
        until(lambda: not host.client.is_active())
        assert_new_one_is_reset(port)

    assert threads() == []


def test_end_of_the_forward_ends_everything_in_it(host: Host) -> None:
    with forward(host.client, 8000) as port:
        clients = [connect(port) for _ in range(3)]
        for client in clients:
            said(client, b"x")
        assert len(threads()) == 7

    assert threads() == []
    assert [all_of(client) for client in clients] == [b""] * 3
    with pytest.raises(ConnectionRefusedError):
        connect(port)
    assert host.client.is_active(), "the connection is the deploy's"


def test_client_that_does_not_read_holds_up_no_other_client(host: Host) -> None:
    def flood(channel: paramiko.Channel) -> None:
        while True:
            channel.sendall(bytes(65536))

    host.serving = flood
    with forward(host.client, 8000) as port, connect(port) as client:
        client.recv(1)
        # More than what the buffers on the way hold.
        time.sleep(0.05)

    assert threads() == []


def test_error_in_the_block_ends_the_forward_too(host: Host) -> None:
    def fail() -> None:
        with forward(host.client, 8000) as port, connect(port) as client:
            said(client, b"x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()

    assert threads() == []


def test_connection_that_breaks_while_the_forward_ends_is_no_error_of_the_forward() -> None:
    """What Paramiko raises then would hide the error of what used it, and end in a traceback."""

    class Channel:
        def close(self) -> None:
            raise EOFError

    client, far = socket.socketpair()
    with client, far:
        port_forward._stop(client, cast(paramiko.Channel, Channel()), socket.SHUT_RDWR)
        assert far.recv(1) == b""
