"""The lock of a host, held by connections to a real SSH server."""

from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from threading import Timer

import pytest

from tests.unit.ssh.servers import target_of
from tests.unit.ssh_server import CUT, DROP, SshServer
from understudy.errors import Refused, StepFailed, Unreachable
from understudy.ssh.connection import SshConnection


def test_lock_is_held_by_one_connection_and_then_free(
    connection: SshConnection, server: SshServer, tmp_path: Path
) -> None:
    lock = PurePosixPath(tmp_path / "a lock")

    with SshConnection(target_of(server, tmp_path), "deploy") as other:
        with connection.lock(lock, "ann since noon"):
            with pytest.raises(Refused, match="another deploy") as raised, other.lock(lock, "bob"):
                pytest.fail("two have the lock")
            assert raised.value.details == "ann since noon"
        # Freed when the host has seen the end of the channel: not at once, but soon.
        connection.run(("flock", "-w", "5", str(lock), "true"))
        with other.lock(lock, "bob") as before:
            assert before == "ann since noon"


def test_lock_that_becomes_free_in_time_is_taken(
    connection: SshConnection, server: SshServer, tmp_path: Path
) -> None:
    lock = PurePosixPath(tmp_path / "lock")

    with SshConnection(target_of(server, tmp_path), "deploy") as other, ExitStack() as held:
        held.enter_context(connection.lock(lock, "ann"))
        Timer(0.05, held.close).start()
        with other.lock(lock, "bob", wait=5):
            assert Path(lock).read_text() == "bob\n"


def test_lock_can_be_opened_by_no_other_user(connection: SshConnection, tmp_path: Path) -> None:
    """Who may open a file may hold its lock: the app's user too."""
    with connection.lock(PurePosixPath(tmp_path / "lock"), "ann"):
        connection.run(("true",))

    for name in ("lock", "lock.step"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_lock_of_a_connection_that_died_is_free(server: SshServer, tmp_path: Path) -> None:
    lock = PurePosixPath(tmp_path / "lock")
    with SshConnection(target_of(server, tmp_path), "deploy") as dying:
        with dying.lock(lock, "ann"), pytest.raises(Unreachable):
            dying.run(("echo", DROP))
        with pytest.raises(Unreachable):
            dying.run(("true",))

    with SshConnection(target_of(server, tmp_path), "deploy") as other:
        other.run(("flock", "-w", "5", str(lock), "true"))
        with other.lock(lock, "bob"):
            pass


def test_lock_that_cannot_be_made_is_not_taken_for_a_held_one(
    connection: SshConnection, tmp_path: Path
) -> None:
    lock = PurePosixPath(tmp_path / "missing" / "lock")

    with pytest.raises(StepFailed, match="can't lock") as raised, connection.lock(lock, "ann"):
        pytest.fail("no lock was taken")

    assert "missing/lock" in raised.value.details


@pytest.mark.parametrize("how", [DROP, CUT])
def test_connection_that_breaks_while_the_lock_is_waited_for_is_reported(
    how: str, connection: SshConnection, tmp_path: Path
) -> None:
    lock = PurePosixPath(tmp_path / "lock")

    with pytest.raises(Unreachable, match="the connection broke"), connection.lock(lock, how):
        pytest.fail("no lock was taken")


def test_broken_connection_takes_neither_text_nor_lock(
    connection: SshConnection, tmp_path: Path
) -> None:
    with pytest.raises(Unreachable):
        connection.run(("echo", DROP))

    with pytest.raises(Unreachable, match="the connection broke"):
        connection.send(("cat",), "text")
    lock = PurePosixPath(tmp_path / "lock")
    with pytest.raises(Unreachable, match="the connection broke"), connection.lock(lock, "ann"):
        pytest.fail("no lock was taken")
