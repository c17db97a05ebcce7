"""Text and files for the standard input of a command on a host."""

import subprocess
from pathlib import Path, PurePosixPath

import pytest

from tests.unit.ssh_server import CUT, DROP
from understudy.errors import StepFailed, Unreachable
from understudy.ssh.connection import SshConnection


def test_text_is_sent_on_standard_input(connection: SshConnection) -> None:
    text = "hunter2 $HOME\nä\n"

    done = connection.send(("cat",), text)

    assert (done.ok, done.output, done.errors) == (True, text, "")


def test_command_that_is_sent_text_answers_as_any_other(connection: SshConnection) -> None:
    done = connection.send(("sh", "-c", 'cat; printf "%s" "$1" >&2; exit 3', "sh", "a 'b"), "text")

    assert (done.ok, done.output, done.errors) == (False, "text", "a 'b")


def test_file_is_sent_on_standard_input(connection: SshConnection, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(range(256)) * 4000)

    done = connection.send(("cksum",), tmp_path / "file")

    there = subprocess.run(("cksum",), input=(tmp_path / "file").read_bytes(), capture_output=True)
    assert done.output == there.stdout.decode()


def test_pieces_are_sent_as_one(connection: SshConnection) -> None:
    assert connection.send(("wc", "-c"), [bytes(100_000)] * 30).output.strip() == "3000000"


def test_file_that_cannot_be_read_here_is_reported(
    connection: SshConnection, tmp_path: Path
) -> None:
    with pytest.raises(StepFailed, match="can't be read on this machine") as raised:
        connection.send(("cat",), tmp_path / "gone")

    assert "gone" in raised.value.details
    assert connection.run(("true",)).ok, "the connection is as it was"


def test_error_of_a_command_that_ends_before_it_read_all_is_kept(
    connection: SshConnection, tmp_path: Path
) -> None:
    """More than the host takes without reading any of it."""
    (tmp_path / "file").write_bytes(b"x" * 4_000_000)

    done = connection.send(("sh", "-c", "echo disk full >&2; exit 2"), tmp_path / "file")

    assert (done.ok, done.errors) == (False, "disk full\n")
    assert connection.run(("true",)).ok, "the connection is as it was"


def test_file_that_cannot_be_written_is_named(connection: SshConnection, tmp_path: Path) -> None:
    """The server, which runs here, has no SFTP."""
    nowhere = PurePosixPath(tmp_path / "gone" / "file")
    with pytest.raises(StepFailed, match=f"can't write {nowhere}"):
        connection.put(b"text", nowhere)


@pytest.mark.parametrize("how", [DROP, CUT])
def test_connection_that_breaks_while_text_is_sent_is_reported(
    how: str, connection: SshConnection
) -> None:
    with pytest.raises(Unreachable, match="the connection broke"):
        connection.send(("echo", how), "text")


def test_command_that_ends_without_a_status_after_it_got_its_text_was_cut_off(
    connection: SshConnection,
) -> None:
    with pytest.raises(Unreachable, match="ended without an exit status"):
        connection.send(("exec", "sh", "-c", "cat >/dev/null; kill -9 $$"), "text")
