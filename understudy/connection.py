"""The one door to a host: commands and files over one kept SSH connection, by Fabric."""

import io
import logging
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from types import TracebackType
from typing import Any, Protocol, Self

import fabric
import invoke
import paramiko

from understudy import ssh_options, stream
from understudy.commands import Argv, as_user, script
from understudy.config import TargetConfig
from understudy.errors import Refused, StepFailed, Unreachable
from understudy.stream import BROKEN, Content
from understudy.why_unreachable import why_unreachable

# Against a host that is gone without a word: it's asked now and then. transport.py gives the question
# up that the network doesn't take.
KEEPALIVE_SECONDS = 10
DISK_HINT = "Is the disk full, or read-only? `df -h` and `mount` on the host tell."
CUT_OFF = "a command ended without an exit status"


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

    def run(self, argv: Argv, *, user: str | None = None, seconds: int = 600) -> Result: ...
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
            connect_kwargs=ssh_options.arguments(target),
        )
        # What each command begins with while the lock is held.
        self._step = ""
        ssh_options.trust_only_known_hosts(self._fabric.client, target)
        # It would print a traceback for what is told here in a sentence.
        logging.getLogger("paramiko").setLevel(logging.CRITICAL)
        try:
            self._fabric.open()
        except Exception as error:
            raise why_unreachable(error, self._host, target) from None
        self._fabric.transport.set_keepalive(KEEPALIVE_SECONDS)

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
        on_line: Callable[[str], None] | None = None,
    ) -> Result:
        """Runs a command, as another user if one is given, for at most that many seconds.

        on_line is called with each line of its output as soon as it's there.
        """
        words = argv if user is None else as_user(user, argv)
        self._must_be_open()
        too_long = StepFailed(
            f"{self._host}: no end after {seconds} s",
            details=shlex.join(argv)[:200],
            hint="It may go on there. `uptime` and `ps fax` on the host tell what keeps it busy.",
        )
        began = time.monotonic()
        listen: dict[str, Any] = {"hide": True}
        if on_line:
            listen = {"hide": "stderr", "out_stream": _Lines(on_line)}
        try:
            with self._telling():
                done = self._fabric.run(
                    self._step_of(words),
                    warn=True,
                    in_stream=False,
                    timeout=seconds,
                    **listen,
                )
        except invoke.exceptions.CommandTimedOut:
            raise too_long from None
        # Without an exit status the command didn't end: it was cut off, here or by its connection.
        if done.exited == -1 and time.monotonic() - began >= seconds:
            raise too_long
        if done.exited == -1:
            raise self.broken(CUT_OFF)
        return Result(done.ok, done.stdout, done.stderr)

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
        with self._channel() as channel:
            with self._telling():
                stream.start(channel, self._step_of(argv))
            for part in stream.given(content):
                with self._telling():
                    channel.sendall(part)
            with self._telling():
                channel.shutdown_write()
            for piece in self._printed(channel):
                take(piece)
            with self._telling():
                errors, status = stream.errors(channel), channel.recv_exit_status()
        if status == -1:
            raise self.broken(CUT_OFF)
        return Result(status == 0, "", errors)

    def _printed(self, channel: paramiko.Channel) -> Iterator[bytes]:
        with self._telling():
            yield from stream.printed(channel)

    @contextmanager
    def listening(self, argv: Argv, user: str) -> Iterator[list[str]]:
        """Runs a command as a user for as long as the block; afterwards the list has what it printed."""
        heard: list[str] = []
        with self._channel() as channel:
            with self._telling():
                channel.exec_command(self._step_of(as_user(user, argv)))
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
        with channel:
            yield channel

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """That the connection has gone, where it has."""
        try:
            yield
        except BROKEN as error:
            raise self.broken(error) from None

    def _step_of(self, argv: Argv) -> str:
        """What a command is to the host's shell; while the lock is held, whoever comes next waits for it."""
        # Some systems let the group write, and the app's user is in the group of its code. What a
        # program says is looked through for causes, whatever language the host speaks.
        return f"umask 022; export LC_MESSAGES=C; {self._step}{shlex.join(argv)}"

    @property
    def transport(self) -> paramiko.Transport:
        """For what goes through this connection beside its commands."""
        transport: paramiko.Transport = self._fabric.transport
        return transport

    def put(self, content: bytes, remote: PurePosixPath) -> None:
        """Writes a file on the host."""
        self._must_be_open()
        try:
            self._fabric.put(io.BytesIO(content), remote=str(remote), preserve_mode=False)
        except BROKEN as error:
            self._remove_quietly(remote)
            raise StepFailed(
                f"{self._host}: can't write {remote}", details=str(error), hint=DISK_HINT
            ) from None

    def _remove_quietly(self, remote: PurePosixPath) -> None:
        """Half a file is of no use, and may be what fills the disk."""
        with suppress(*BROKEN):
            self._fabric.sftp().remove(str(remote))

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
    def lock(self, path: PurePosixPath, holder: str, wait: int = 0) -> Iterator[str]:
        """Holds the host's lock. The lock lives as long as this connection: none is left behind.

        Gives what the holder before wrote. Raises Refused, with what the other holder wrote, if it's
        taken still after `wait` seconds.
        """
        with self._channel() as channel:
            with self._telling():
                channel.exec_command(shlex.join(script(_HOLD_LOCK, path, holder, wait)))
                answer = channel.makefile("r").readline().strip()
            if not answer.startswith("mine"):
                raise self._unlocked(channel, path, answer)
            self._step = f"exec 8>>{shlex.quote(str(path))}.step; flock -s 8; "
            try:
                yield answer.removeprefix("mine").strip()
            finally:
                self._step = ""

    def _unlocked(self, channel: paramiko.Channel, path: PurePosixPath, answer: str) -> Exception:
        """Why the lock was not to be had."""
        if answer.startswith("held"):
            return Refused(
                f"{self._host}: another deploy is at work",
                details=answer.removeprefix("held "),
                hint="--wait SECONDS waits for its end. If its connection broke, the host notices "
                "within half a minute.",
            )
        errors = stream.errors(channel)
        if channel.recv_exit_status() == -1:
            return self.broken(CUT_OFF)
        return StepFailed(
            f"{self._host}: can't lock {path}", details=errors.strip(), hint=DISK_HINT
        )


class _Lines(io.TextIOBase):
    """A stream that hands on what is written to it line by line."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._rest = ""

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._on_line(line)
        return len(text)


# A step of a deploy whose connection broke may be at work still: whoever comes next waits for it.
_HOLD_LOCK = """
exec 9>>"$1"
flock -w "$3" 9 || { echo "held $(cat "$1")"; exit 1; }
flock -w "$3" "$1.step" true || { echo "held a step of a deploy that was cut off is still at work"; exit 1; }
read -r before <"$1" || true
echo "$2" >"$1"
echo "mine $before"
cat >/dev/null
"""
