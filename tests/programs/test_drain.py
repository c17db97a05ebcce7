"""How long the service of an old release waits for its connections: the real program, on real sockets."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM, socket

import pytest

from tests.programs.root_programs import CHECKERS, installed

# Like gunicorn's: it ends when its worker does, and SIGTERM does not end that.
ARBITER = """
import pathlib, signal, subprocess
worker = subprocess.Popen(["sleep", "300"])
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, lambda *_: pathlib.Path("ended").touch())
pathlib.Path("ready").touch()
worker.wait()
"""


class Release:
    """The directory /run/todo with the socket of the release r1, and its process."""

    def __init__(self, directory: Path, process: subprocess.Popen[bytes]) -> None:
        self.directory = directory
        self.process = process
        self.listener = socket(AF_UNIX, SOCK_STREAM)
        self.listener.bind(str(directory / "r1.sock"))
        self.listener.listen()
        self.mark = directory / "r1.drain"
        self.mark.mkdir()
        self.cut = directory / "r1.cut"
        self.program = directory / "drain"
        text = installed()[f"{CHECKERS}/drain"].text.replace("/run/$1", str(directory))
        installed()[f"{CHECKERS}/drain"].write(self.program, text)

    @contextmanager
    def connection(self, *, accepted: bool = True) -> Iterator[socket]:
        with ExitStack() as opened:
            client = opened.enter_context(socket(AF_UNIX, SOCK_STREAM))
            client.connect(str(self.directory / "r1.sock"))
            if accepted:
                opened.enter_context(self.listener.accept()[0])
            yield client

    def drain(self, seconds: int) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "MAINPID": str(self.process.pid)}
        return subprocess.Popen([self.program, "todo", "r1", str(seconds)], env=environment)

    @property
    def was_ended(self) -> bool:
        return (self.directory / "ended").exists()


@pytest.fixture
def release(tmp_path: Path) -> Iterator[Release]:
    program = [sys.executable, "-c", ARBITER]
    with subprocess.Popen(program, cwd=tmp_path, start_new_session=True) as process:
        while not (tmp_path / "ready").exists():
            time.sleep(0.02)
        yield Release(tmp_path, process)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def test_release_without_connections_is_not_waited_for(release: Release) -> None:
    assert release.drain(60).wait(10) == 0
    assert not release.mark.exists()
    assert not release.was_ended, "systemd does that"


@pytest.mark.parametrize("accepted", [True, False])
def test_it_waits_until_the_last_connection_is_closed(accepted: bool, release: Release) -> None:
    with release.connection(accepted=accepted) as client:
        draining = release.drain(60)
        with pytest.raises(subprocess.TimeoutExpired):
            draining.wait(1)
        if not accepted:
            release.listener.accept()[0].close()
        client.close()
    assert draining.wait(10) == 0
    assert not release.was_ended


def test_a_stop_ends_the_wait(release: Release) -> None:
    with release.connection():
        draining = release.drain(60)
        with pytest.raises(subprocess.TimeoutExpired):
            draining.wait(1)
        release.cut.mkdir()
        assert draining.wait(10) == 0
    assert not release.was_ended


def test_a_stop_still_waits_until_a_worker_has_taken_each_connection(release: Release) -> None:
    """A busy release has a queue, which gunicorn drops when it ends."""
    release.cut.mkdir()
    with release.connection(accepted=False):
        draining = release.drain(60)
        with pytest.raises(subprocess.TimeoutExpired):
            draining.wait(1)
        with release.listener.accept()[0]:
            assert draining.wait(10) == 0
    assert not release.was_ended


def test_any_other_stop_waits_for_no_connection(release: Release) -> None:
    release.mark.rmdir()
    with release.connection():
        assert release.drain(60).wait(10) == 0


def test_time_is_up_and_what_is_still_open_after_five_more_seconds_is_cut(release: Release) -> None:
    began = time.monotonic()
    with release.connection():
        assert release.drain(1).wait(30) == 0
    assert 6 <= time.monotonic() - began < 15
    assert release.was_ended
    assert release.process.wait(5) is not None, "its worker was ended"
    assert not release.mark.exists()


def test_connection_that_is_closed_by_the_end_is_not_cut(release: Release) -> None:
    with release.connection() as client:
        draining = release.drain(1)
        while not release.was_ended:
            time.sleep(0.05)
        client.close()
    assert draining.wait(3) == 0
    assert release.process.poll() is None
