"""The one door to a host: commands and files over one open SSH connection, by Fabric."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from types import TracebackType
from typing import Protocol, Self

import paramiko

from understudy.commands import Argv, as_user, files, on_host
from understudy.commands.on_host import Stdin
from understudy.errors import DISK_HINT, StepFailed
from understudy.ssh import commands_run, host_lock, login, running, stream
from understudy.ssh.channels import CUT_OFF, Channels, end_input
from understudy.ssh.dial import Dial
from understudy.ssh.ending import Ending
from understudy.ssh.endpoint import Endpoint
from understudy.ssh.errors import why_unreachable
from understudy.ssh.running import Answer, Output, Silence
from understudy.ssh.stream import Content

# Finds a host that is gone without a word. transport.py gives up if the network doesn't take this
# either.
KEEPALIVE_SECONDS = 10
SECONDS_OF_SILENCE = 60
SECONDS_FOR_A_QUERY = 15
# Within this time a host begins the first command, or it runs another program instead.
SECONDS_TO_BEGIN = 15


@dataclass(frozen=True)
class Result:
    """How a command ended. ok: with exit status 0. output, errors: what it printed on each."""

    ok: bool
    output: str
    errors: str

    @property
    def text(self) -> str:
        return "\n".join(part.rstrip() for part in (self.output, self.errors) if part.strip())


class Connection(Protocol):
    """What a deploy needs of a host; the tests have a connection that only records commands."""

    def run(
        self,
        argv: Argv,
        *,
        user: str | None = None,
        seconds: int = 600,
        on_line: Callable[[str], None] = ...,
        on_silence: Callable[[str], None] = ...,
    ) -> Result: ...
    def put(self, content: bytes, remote: PurePosixPath) -> None: ...
    def send(self, argv: Argv, content: Content) -> Result: ...


class SshConnection:
    """An open SSH connection to a target, as one of its users; a context manager that closes it.

    All methods raise Unreachable if the connection has gone, or if something else answers than the
    command that was sent.
    """

    def __init__(self, target: Endpoint, user: str, dial: Dial | None = None) -> None:
        """Connects, over a TCP connection that is being opened if there is one.

        Raises Unreachable, with what to try, if that fails.
        """
        self._host = f"{user}@{target.address}:{target.port}"
        # While the lock is held, each command is a step of a deploy.
        self._lock: PurePosixPath | None = None
        self._may_be_root = user == target.admin
        # Paramiko would log a traceback for what is raised here as one sentence.
        logging.getLogger("paramiko").setLevel(logging.CRITICAL)
        try:
            self._login = login.log_in(target, user, dial)
        except Exception as error:
            raise why_unreachable(error, self._host, target) from None
        self.transport.set_keepalive(KEEPALIVE_SECONDS)
        self._channels = Channels(self.transport, self._host, target)
        # None until the first command has ended, which shows the login shell.
        self._by_sh: bool | None = None

    @property
    def transport(self) -> paramiko.Transport:
        """For what goes through this connection beside its commands, such as a port forward."""
        return self._login.transport

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._login.close()

    def run(
        self,
        argv: Argv,
        *,
        user: str | None = None,
        seconds: int = 600,
        on_line: Callable[[str], None] = lambda line: None,
        on_silence: Callable[[str], None] = lambda text: None,
    ) -> Result:
        """Runs a command, as another user if one is given, for at most that many seconds.

        on_line is called with each line of its output as soon as it's there; on_silence, if there was
        none for a minute, with what runs there. Ctrl-C ends the command on the host, too, and raises
        Interrupted. Raises StepFailed if the command takes longer.
        """
        words, begin = argv if user is None else as_user(user, argv), time.monotonic()
        output, errors = Output(on_line), Output(on_line)
        with self._channels.open() as channel, self._channels.errors(), output, errors:
            ending = Ending(self._query, self.close, channel, output.answer, self._may_be_root)
            with ending.by_ctrl_c():
                channel.exec_command(self._line(words))
                end_input(channel)
                began, silence = time.monotonic(), Silence(SECONDS_OF_SILENCE)
                for piece, error in running.outputs(channel):
                    output.take(piece)
                    errors.take(error)
                    if silent := silence.after(piece or error):
                        on_silence(f"no output for {silent:.0f} s: {ending.at_work()}")
                    now = time.monotonic()
                    if self._by_sh is None and now > began + SECONDS_TO_BEGIN:
                        output.answer.must_have_begun()
                    if now > began + seconds:
                        raise ending.too_long(self._host, words, seconds)
                status = self._channels.status(channel, output.answer)
        self._by_sh = on_host.reads_as_sh(output.answer.shell)
        return self._ended(words, Result(status == 0, output.text, errors.text), begin)

    def _query(self, argv: Argv) -> str:
        return self.run(argv, seconds=SECONDS_FOR_A_QUERY).output

    def send(self, argv: Argv, content: Content) -> Result:
        """Runs a command with a text, a file or pieces on its standard input: for what is too long for
        an argv, or must not be seen in one.
        """
        pieces: list[bytes] = []
        done = self.receive(argv, content, pieces.append)
        return replace(done, output=b"".join(pieces).decode(errors="replace"))

    def receive(self, argv: Argv, content: Content, take: Callable[[bytes], None]) -> Result:
        """As send(), but calls take with each piece that the command prints: for what is too long for
        this machine's memory. The result has no output.
        """
        answer, errors, begin = Answer(), Output(), time.monotonic()
        with self._channels.open() as channel:
            with self._channels.errors():
                channel.settimeout(stream.SILENT_SECONDS)
                channel.exec_command(self._line(argv, stdin="given"))
            for part in stream.pieces(content):
                with self._channels.errors():
                    channel.sendall(part)
            with self._channels.errors():
                end_input(channel)
            for piece, error in self._channels.outputs(channel):
                errors.take(error)
                if printed := answer.take(piece):
                    take(printed)
            status = self._channels.status(channel, answer)
        self._by_sh = on_host.reads_as_sh(answer.shell)
        return self._ended(argv, Result(status == 0, "", errors.text), begin)

    def _ended(self, argv: Argv, result: Result, began: float) -> Result:
        seconds = time.monotonic() - began
        commands_run.note(self._host, argv, result.text, seconds, ok=result.ok)
        return result

    @contextmanager
    def listening(self, argv: Argv, user: str) -> Iterator[list[str]]:
        """Runs a command as a user for as long as the block; afterwards the list has its output."""
        heard: list[str] = []
        with self._channels.open() as channel:
            with self._channels.errors():
                channel.exec_command(self._line(as_user(user, argv)))
            yield heard
            # The command ends when it next prints something.
            channel.close()
            heard.append(stream.printed_so_far(channel))

    def put(self, content: bytes, remote: PurePosixPath) -> None:
        """Writes a file on the host. Raises StepFailed unless all of it has arrived."""
        done = self.send(files.write(remote), [content])
        if not done.ok or done.output.strip() != str(len(content)):
            summary = f"{self._host}: can't write {remote}"
            raise StepFailed(summary, details=done.text, hint=DISK_HINT)

    def _line(self, argv: Argv, *, stdin: Stdin = "closed") -> str:
        return on_host.line(argv, stdin=stdin, lock=self._lock, by_sh=bool(self._by_sh))

    @contextmanager
    def lock(
        self,
        path: PurePosixPath,
        holder: str,
        wait: int = 0,
        on_wait: Callable[[str], None] = lambda what: None,
    ) -> Iterator[str]:
        """Holds the host's lock. It lives as long as this connection: neither the lock nor a step of
        the deploy outlives it.

        Yields what the holder before wrote. Raises Refused, with what the other holder wrote, if the
        lock is still taken after `wait` seconds. on_wait: called if a step that was cut off is waited for.
        """
        with self._channels.open() as channel:
            with self._channels.errors():
                argv = host_lock.hold(path, holder, wait)
                channel.exec_command(self._line(argv, stdin="lifeline"))
                answer = host_lock.answer(stream.lines(channel), on_wait)
            if not answer.startswith(host_lock.MINE):
                raise self._not_locked(channel, path, answer)
            # What follows are the steps of a deploy, one command after another.
            self._lock, self._channels.opens_ahead = path, True
            try:
                yield answer.removeprefix(host_lock.MINE).strip()
            finally:
                self._lock, self._channels.opens_ahead = None, False

    def _not_locked(self, channel: paramiko.Channel, path: PurePosixPath, answer: str) -> Exception:
        if answer.startswith(host_lock.HELD):
            return host_lock.held(self._host, answer)
        errors = stream.errors(channel)
        cut_off = channel.recv_exit_status() == -1
        return (
            self._channels.broken(CUT_OFF)
            if cut_off
            else host_lock.failed(self._host, path, errors)
        )
