"""Channels: opened ahead of the next command, and closed in the right order."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from threading import Thread
from typing import Any

import paramiko
import pytest
from paramiko.common import cMSG_CHANNEL_CLOSE, cMSG_CHANNEL_EOF

from tests.unit.ssh.servers import target_of
from tests.unit.ssh_server import DROP, SshServer
from understudy.errors import Unreachable
from understudy.ssh import channels
from understudy.ssh.connection import SshConnection


class ClosingTransport:
    """A connection whose host closes the channel just as this side says that its input has ended."""

    def __init__(self, channel: Any) -> None:
        self.channel = channel
        self.sent: list[bytes] = []
        self.threads: list[Thread] = []

    def _send_user_message(self, message: paramiko.Message) -> None:
        if not self.threads:
            closing = Thread(target=self.channel._handle_close, args=(None,))
            self.threads.append(closing)
            closing.start()
            closing.join(0.3)
        self.sent.append(message.asbytes()[:1])

    def _unlink_channel(self, number: int) -> None:
        pass


def channel() -> Any:
    made: Any = paramiko.Channel(1)
    made.transport = ClosingTransport(made)
    made.remote_chanid, made.active = 1, True
    return made


def test_input_ends_before_the_channel_does() -> None:
    open_ = channel()

    channels.end_input(open_)
    channels.end_input(open_)

    open_.transport.threads[0].join()
    assert open_.transport.sent == [cMSG_CHANNEL_EOF, cMSG_CHANNEL_CLOSE]


def opened_by(
    connection: SshConnection, monkeypatch: pytest.MonkeyPatch, most: int = 10
) -> list[int]:
    """The numbers of all channels that it opens from now on, at most so many."""
    numbers: list[int] = []
    open_session: Callable[..., paramiko.Channel] = connection.transport.open_session

    def noted() -> paramiko.Channel:
        if len(numbers) >= most:
            raise paramiko.ChannelException(4, "Resource shortage")
        made = open_session()
        numbers.append(made.chanid)
        return made

    monkeypatch.setattr(connection.transport, "open_session", noted)
    return numbers


def test_channel_of_the_next_step_is_opened_meanwhile(
    connection: SshConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = opened_by(connection, monkeypatch)
    connection.run(("true",))
    connection.run(("true",))
    assert len(opened) == 2, "without the lock there may be no next command"

    with connection.lock(PurePosixPath(tmp_path / "lock"), "ann"):
        before = len(opened)
        for number in range(3):
            assert connection.run(("echo", f"{number}")).output == f"{number}\n"

    # One more than the commands, for the one that did not come.
    assert len(opened) == before + 4


def test_steps_run_on_a_host_that_refuses_a_channel_more(
    connection: SshConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection.lock(PurePosixPath(tmp_path / "lock"), "ann"):
        # The first step's, and none ahead; the second step would then find room again.
        opened = opened_by(connection, monkeypatch, most=1)
        assert connection.run(("echo", "one")).output == "one\n"
        monkeypatch.undo()
        assert connection.run(("echo", "two")).output == "two\n"

    assert len(opened) == 1


def test_broken_connection_is_reported_by_the_next_step(server: SshServer, tmp_path: Path) -> None:
    lock = PurePosixPath(tmp_path / "lock")
    with SshConnection(target_of(server, tmp_path), "deploy") as dying, dying.lock(lock, "ann"):
        dying.run(("true",))
        with pytest.raises(Unreachable):
            dying.run(("echo", DROP))
        with pytest.raises(Unreachable):
            dying.run(("true",))
