"""The one door to a host: commands and files over one kept SSH connection, by Fabric."""

import logging
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from types import TracebackType
from typing import Protocol, Self

import fabric
import paramiko

from understudy.commands import Argv, as_user, files, on_host
from understudy.commands.on_host import Stdin
from understudy.config.target import TargetConfig
from understudy.errors import DISK_HINT, Interrupted, StepFailed, Unreachable
from understudy.ssh import ending, first_contact, host_lock, options, running, stream
from understudy.ssh.errors import runs_no_commands, why_unreachable
from understudy.ssh.running import Answer, NotOurs, Silence, Text
from understudy.ssh.stream import BROKEN, Content

# Against a host that is gone without a word: it's asked now and then. transport.py gives the question
# up that the network doesn't take.
KEEPALIVE_SECONDS = 10
CUT_OFF = "a command ended without an exit status"
SECONDS_OF_SILENCE = 60
SECONDS_FOR_A_LOOK = 15


@dataclass(frozen=True)
class Result:
    """What a command answered."""

    ok: bool
    output: str
    errors: str

    @property
    def text(self) -> str:
        return "\n".join(part.rstrip() for part in (self.output, self.errors) if part.strip())


class Connection(Protocol):
    """What the runner needs of a host; tests have one that only takes notes."""

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
    """An open SSH connection to a target, as one of its users; a context manager that closes it."""

    def __init__(self, target: TargetConfig, user: str) -> None:
        """Connects. Raises Unreachable, with what mends it, if that can't be done."""
        self._host = f"{user}@{target.address}:{target.port}"
        self._fabric = fabric.Connection(
            target.address,
            user=user,
            port=target.port,
            connect_kwargs=options.arguments(target),
        )
        # While the lock is held, each command is a step of a deploy.
        self._lock: PurePosixPath | None = None
        self._target = target
        self._may_be_root = user == target.admin
        options.trust_only_known_hosts(self._fabric.client, target)
        # It would print a traceback for what is told here in a sentence.
        logging.getLogger("paramiko").setLevel(logging.CRITICAL)
        try:
            self._fabric.open()
        except Exception as error:
            raise why_unreachable(error, self._host, target) from None
        self._fabric.transport.set_keepalive(KEEPALIVE_SECONDS)
        self._by_sh = True
        with self._channel() as channel, self._telling():
            self._by_sh = on_host.reads_as_sh(first_contact.login_shell(channel))

    @property
    def transport(self) -> paramiko.Transport:
        """For what goes through this connection beside its commands."""
        return self._fabric.transport  # type: ignore[no-any-return]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._fabric.close()

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
        none for a minute, with what runs there. Ctrl-C ends the command on the host, too.
        """
        words = argv if user is None else as_user(user, argv)
        output, errors = Text(on_line), Text(on_line)
        with self._channel() as channel, self._telling(), self._ended_by_ctrl_c(channel, output):
            channel.exec_command(self._line(words))
            channel.shutdown_write()
            deadline, silence = time.monotonic() + seconds, Silence(SECONDS_OF_SILENCE)
            for piece, error in running.outputs(channel):
                output.take(piece)
                errors.take(error)
                if silent := silence.after(piece or error):
                    on_silence(f"no output for {silent:.0f} s: {self._at_work(output)}")
                if time.monotonic() > deadline:
                    raise self._too_long(channel, output, words, seconds)
            status = self._status(channel, output.answer)
        return Result(status == 0, output.whole, errors.whole)

    def send(self, argv: Argv, content: Content) -> Result:
        """Runs a command with a text, a file or pieces on its standard input: for what is too long for
        an argv, or must not stand in one.
        """
        pieces: list[bytes] = []
        done = self.receive(argv, content, pieces.append)
        return replace(done, output=b"".join(pieces).decode(errors="replace"))

    def receive(self, argv: Argv, content: Content, take: Callable[[bytes], None]) -> Result:
        """The same, and hands on what the command prints: for what is too long to be kept. The result has
        no output.
        """
        answer, errors = Answer(), Text(lambda line: None)
        with self._channel() as channel:
            with self._telling():
                channel.settimeout(stream.SILENT_SECONDS)
                channel.exec_command(self._line(argv, stdin="given"))
            for part in stream.given(content):
                with self._telling():
                    channel.sendall(part)
            with self._telling():
                channel.shutdown_write()
            for piece, error in self._outputs(channel):
                errors.take(error)
                if printed := answer.take(piece):
                    take(printed)
            status = self._status(channel, answer)
        return Result(status == 0, "", errors.whole)

    def _outputs(self, channel: paramiko.Channel) -> Iterator[tuple[bytes, bytes]]:
        silence = Silence(stream.SILENT_SECONDS)
        with self._telling():
            for piece, error in running.outputs(channel):
                yield piece, error
                if silence.after(piece or error):
                    raise TimeoutError(f"no output for {stream.SILENT_SECONDS} s")

    def _status(self, channel: paramiko.Channel, answer: Answer) -> int:
        """Of a command that has ended. Without one it was cut off, here or by its connection."""
        status = int(channel.recv_exit_status())
        if status == -1:
            raise self.broken(CUT_OFF)
        with self._telling():
            answer.must_have_begun()
        return status

    @contextmanager
    def _ended_by_ctrl_c(self, channel: paramiko.Channel, output: Text) -> Iterator[None]:
        try:
            yield
        except KeyboardInterrupt:
            raise Interrupted(self._end(channel, output)) from None

    def _too_long(
        self, channel: paramiko.Channel, output: Text, words: Argv, seconds: float
    ) -> StepFailed:
        return StepFailed(
            f"{self._host}: no end after {seconds} s",
            details=f"{shlex.join(words)[:200]}\nat work: {self._at_work(output)}",
            hint=f"{self._end(channel, output)} `uptime` and `ps fax` on the host show what keeps it busy.",
        )

    def _at_work(self, output: Text) -> str:
        return ending.at_work(self._look, output.answer.session)

    def _end(self, channel: paramiko.Channel, output: Text) -> str:
        return ending.end(self._look, channel, output.answer.session, self._may_be_root)

    def _look(self, argv: Argv) -> str:
        return self.run(argv, seconds=SECONDS_FOR_A_LOOK).output

    @contextmanager
    def listening(self, argv: Argv, user: str) -> Iterator[list[str]]:
        """Runs a command as a user for as long as the block; afterwards the list has what it printed."""
        heard: list[str] = []
        with self._channel() as channel:
            with self._telling():
                channel.exec_command(self._line(as_user(user, argv)))
            yield heard
            # Its next word ends the command.
            channel.close()
            heard.append(stream.printed_so_far(channel))

    @contextmanager
    def _channel(self) -> Iterator[paramiko.Channel]:
        """Beside the other commands, over the same connection."""
        self._must_be_open()
        with self._telling():
            channel = self.transport.open_session()
        try:
            yield channel
        finally:
            # What failed in the block is what counts, not that its channel had gone with it.
            with suppress(*BROKEN):
                channel.close()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """That the connection has gone, or that something else answers, where it is so."""
        try:
            yield
        except NotOurs as error:
            raise runs_no_commands(self._host, self._target, str(error)) from None
        except BROKEN as error:
            raise self.broken(error) from None

    def _line(self, argv: Argv, *, stdin: Stdin = "closed") -> str:
        return on_host.line(argv, stdin=stdin, lock=self._lock, by_sh=self._by_sh)

    def put(self, content: bytes, remote: PurePosixPath) -> None:
        """Writes a file on the host. Raises StepFailed unless all of it has arrived."""
        done = self.send(files.write(remote), [content])
        if not done.ok or done.output.strip() != str(len(content)):
            summary = f"{self._host}: can't write {remote}"
            raise StepFailed(summary, details=done.text, hint=DISK_HINT)

    def _must_be_open(self) -> None:
        """Fabric would open a broken connection again without a word: without the lock, too."""
        if not self._fabric.is_connected:
            raise self.broken()

    def broken(self, why: object = "") -> Unreachable:
        """What is told where the connection has gone."""
        return Unreachable(
            f"{self._host}: the connection broke",
            details=str(why),
            hint="There is nothing to clean up: once the host answers again, the same command "
            "finishes what was begun.",
        )

    @contextmanager
    def lock(
        self,
        path: PurePosixPath,
        holder: str,
        wait: int = 0,
        on_wait: Callable[[str], None] = lambda what: None,
    ) -> Iterator[str]:
        """Holds the host's lock. The lock lives as long as this connection: none is left behind, and no
        step of it either.

        Gives what the holder before wrote. Raises Refused, with what the other holder wrote, if it's
        taken still after `wait` seconds. on_wait: called if a step that was cut off is waited for.
        """
        with self._channel() as channel:
            with self._telling():
                argv = host_lock.hold(path, holder, wait)
                channel.exec_command(on_host.line(argv, stdin="lifeline", by_sh=self._by_sh))
                answer = host_lock.answer(stream.lines(channel), on_wait)
            if not answer.startswith(host_lock.MINE):
                raise self._unlocked(channel, path, answer)
            self._lock = path
            try:
                yield answer.removeprefix(host_lock.MINE).strip()
            finally:
                self._lock = None

    def _unlocked(self, channel: paramiko.Channel, path: PurePosixPath, answer: str) -> Exception:
        if answer.startswith(host_lock.HELD):
            return host_lock.held(self._host, answer)
        errors = stream.errors(channel)
        cut_off = channel.recv_exit_status() == -1
        return self.broken(CUT_OFF) if cut_off else host_lock.failed(self._host, path, errors)
