"""The end of a command's input, at the moment at which the host closes the channel."""

from threading import Thread
from typing import Any

import paramiko
from paramiko.common import cMSG_CHANNEL_CLOSE, cMSG_CHANNEL_EOF

from understudy.ssh import channels


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
