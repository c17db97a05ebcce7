"""TCP below SSH is made ready for it, where there is any."""

import socket

import paramiko

from understudy.ssh.transport import transport


def test_tcp_holds_nothing_back_and_gives_up_in_half_a_minute() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as tcp,
    ):
        transport(tcp)

        assert tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000


def test_way_through_a_jump_host_is_taken_as_it_is() -> None:
    way = paramiko.Channel(1)

    assert transport(way).sock is way
