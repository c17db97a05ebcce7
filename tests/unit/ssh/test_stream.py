"""Long data from a command on a host and to one, against a real SSH server on this machine."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import paramiko
import pytest

from tests.unit.ssh.servers import running, target_of
from tests.unit.ssh_server import CUT, DROP
from understudy.commands import script
from understudy.errors import StepFailed, Unreachable
from understudy.ssh.connection import SshConnection


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[SshConnection]:
    """To a host whose sudo runs the command as the same user.

    One for each test: a channel that is given up halfway can end the connection of Paramiko's server.
    """
    key = paramiko.ECDSAKey.generate()
    with running(tmp_path, key) as server:
        (tmp_path / "sudo").write_text('#!/bin/sh\n[ "$*" ] && shift 4 && exec "$@"\n')
        with SshConnection(target_of(server, tmp_path), "deploy") as opened:
            yield opened


def test_large_output_of_a_command_comes_in_pieces(connection: SshConnection) -> None:
    pieces: list[bytes] = []
    command = script("cat; head -c 3000000 /dev/zero; echo why >&2; exit 3")
    done = connection.receive(command, [b"gi", b"ven"], pieces.append)

    assert b"".join(pieces) == b"given" + bytes(3_000_000)
    assert len(pieces) > 10
    assert (done.ok, done.output, done.errors) == (False, "", "why\n")


@pytest.mark.parametrize("why", [StepFailed("not UTF-8"), OSError(28, "No space left on device")])
def test_error_on_this_machine_is_raised_unchanged(
    why: Exception, connection: SshConnection
) -> None:
    """An error on this machine is not reported as one of the host."""

    def refuse(piece: bytes) -> None:
        raise why

    with pytest.raises(type(why)) as raised:
        connection.receive(("yes",), "", refuse)

    assert raised.value is why


def test_command_under_the_lock_is_a_step_that_the_next_deploy_waits_for(
    connection: SshConnection, tmp_path: Path
) -> None:
    lock = PurePosixPath(tmp_path / "lock")
    with connection.lock(lock, "ann"):
        assert not connection.send(script('flock -n "$1.step" true', lock), "").ok
    # The holder of the lock checks for a moment whether a step is left.
    assert connection.send(script('flock -w 10 "$1.step" true', lock), "").ok


def test_output_during_the_block_is_collected(connection: SshConnection) -> None:
    command = script("while echo still here; do sleep 0.01; done")
    with connection.listening(command, "shop") as heard:
        connection.run(("sleep", "0.2"))

    assert "".join(heard).startswith("still here\nstill here\n")


@pytest.mark.parametrize("how", [CUT, DROP])
def test_broken_connection_is_reported(how: str, tmp_path: Path) -> None:
    key = paramiko.ECDSAKey.generate()
    with (
        running(tmp_path, key) as server,
        SshConnection(target_of(server, tmp_path), "deploy") as connection,
        pytest.raises(Unreachable, match="the connection broke"),
    ):
        connection.receive(("echo", how), "", lambda _: None)


def test_connection_that_breaks_while_output_is_collected_is_reported(tmp_path: Path) -> None:
    key = paramiko.ECDSAKey.generate()
    with (
        running(tmp_path, key) as server,
        SshConnection(target_of(server, tmp_path), "deploy") as connection,
        pytest.raises(Unreachable, match="the connection broke"),
        connection.listening(("echo", DROP), "shop"),
    ):
        connection.run(("true",))
