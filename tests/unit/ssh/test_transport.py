"""TCP below SSH is made ready for it, where there is any."""

import socket

import paramiko

from understudy.ssh.transport import transport


def test_tcp_sends_at_once_and_gives_up_after_a_minute() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as tcp,
    ):
        transport(tcp)

        assert tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000


def test_channel_through_a_jump_host_is_used_unchanged() -> None:
    way = paramiko.Channel(1)

    assert transport(way).sock is way
