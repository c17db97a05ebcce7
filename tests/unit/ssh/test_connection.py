"""Connections as they fail and as they work, against a real SSH server on this machine."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from threading import Timer

import paramiko
import pytest

from tests.unit.fakes import config
from tests.unit.ssh_server import CUT, DROP, SshServer
from understudy.commands.on_host import MARK
from understudy.config.target import TargetConfig
from understudy.errors import LoginRefused, Refused, StepFailed, Unreachable
from understudy.ssh.connection import SshConnection
from understudy.ssh.running import Output

NASTY = ["", "a b", "$HOME", "$(id)", "`id`", "a'b", 'a"b', "a\nb", "\\", "-n", "*", "~", "#", "ä"]


@pytest.fixture(scope="module")
def key() -> paramiko.ECDSAKey:
    return paramiko.ECDSAKey.generate()


@contextmanager
def running(directory: Path, key: paramiko.ECDSAKey) -> Iterator[SshServer]:
    """A server that accepts `key`, with its files in a directory; without the user's own SSH settings."""
    (directory / "sudo").write_text('#!/bin/sh\necho "sudo: $*"\n')
    (directory / "sudo").chmod(0o755)
    with (
        pytest.MonkeyPatch.context() as patch,
        SshServer({"PATH": f"{directory}:{os.environ['PATH']}", "LANG": "nl_NL.UTF-8"}) as server,
    ):
        patch.setenv("HOME", str(directory))
        patch.delenv("SSH_AUTH_SOCK", raising=False)
        server.keys.append(key)
        key.write_private_key_file(str(directory / "id"))
        (directory / "known_hosts").write_text(server.known())
        yield server


@pytest.fixture
def server(key: paramiko.ECDSAKey, tmp_path: Path) -> Iterator[SshServer]:
    with running(tmp_path, key) as server:
        yield server


def target_of(server: SshServer, directory: Path) -> TargetConfig:
    return config(
        target={
            "address": "127.0.0.1",
            "port": server.port,
            "key": str(directory / "id"),
            "known_hosts": str(directory / "known_hosts"),
        }
    ).target("staging")


@pytest.fixture
def connection(server: SshServer, tmp_path: Path) -> Iterator[SshConnection]:
    with SshConnection(target_of(server, tmp_path), "deploy") as opened:
        yield opened


def refusal(server: SshServer, directory: Path) -> Unreachable:
    with pytest.raises(Unreachable) as raised:
        SshConnection(target_of(server, directory), "deploy")
    assert raised.value.exit_code == 4
    assert f"deploy@127.0.0.1:{server.port}" in raised.value.summary
    return raised.value


@pytest.mark.parametrize("file_is_there", [True, False])
def test_host_without_a_known_key_is_not_trusted(
    server: SshServer, tmp_path: Path, file_is_there: bool
) -> None:
    (tmp_path / "known_hosts").unlink()
    if file_is_there:
        (tmp_path / "known_hosts").touch()

    error = refusal(server, tmp_path)

    assert "host key is not known" in error.summary
    assert f"ssh-keyscan -p {server.port} 127.0.0.1 >> {tmp_path}/known_hosts" in error.hint


def test_host_with_another_key_than_before_is_not_trusted(
    server: SshServer, tmp_path: Path
) -> None:
    before = server.known()
    server.host_key = paramiko.ECDSAKey.generate()

    error = refusal(server, tmp_path)

    assert before in (tmp_path / "known_hosts").read_text(), "the file stays as it is"
    assert "host key has changed" in error.summary
    assert "SHA256:" in error.details
    assert f"-R '[127.0.0.1]:{server.port}'" in error.hint


def test_user_whose_key_is_not_accepted_learns_what_to_try(
    server: SshServer, tmp_path: Path
) -> None:
    server.keys.clear()

    error = refusal(server, tmp_path)

    assert isinstance(error, LoginRefused)
    assert f"ssh -p {server.port} -i {tmp_path}/id deploy@127.0.0.1" in error.hint


@pytest.mark.parametrize("kind", ["RSA", "ED25519", "locked"])
def test_refusal_is_reported_for_each_kind_of_key(
    kind: str, server: SshServer, tmp_path: Path
) -> None:
    """Keys as ssh-keygen makes them."""
    (tmp_path / "id").unlink()
    password = "secret" if kind == "locked" else ""
    size = ("-b", "1024") if kind == "RSA" else ()
    made = "ed25519" if password else kind.lower()
    words = ("-q", "-t", made, *size, "-a", "1", "-N", password, "-f")
    subprocess.run(["ssh-keygen", *words, tmp_path / "id"], check=True)

    assert isinstance(refusal(server, tmp_path), LoginRefused)


def test_missing_key_file_is_named(server: SshServer, tmp_path: Path) -> None:
    (tmp_path / "id").unlink()

    assert f"{tmp_path}/id" in refusal(server, tmp_path).summary


def test_host_that_is_down_is_reported(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    target = config(target={"address": "127.0.0.1", "port": port}).target("staging")

    with pytest.raises(Unreachable, match="no SSH connection") as raised:
        SshConnection(target, "deploy")

    assert raised.value.details == f"127.0.0.1 port {port}: Connection refused"
    assert "`address` and `port`" in raised.value.hint


def test_words_of_a_command_arrive_as_they_are(connection: SshConnection) -> None:
    done = connection.run(("printf", "%s|", *NASTY))

    assert (done.ok, done.output) == (True, "".join(f"{word}|" for word in NASTY))


def test_command_that_fails_is_an_answer_and_no_exception(connection: SshConnection) -> None:
    done = connection.run(("sh", "-c", "echo out; echo err >&2; exit 3"))

    assert (done.ok, done.output, done.errors) == (False, "out\n", "err\n")
    assert done.text == "out\nerr"


def test_command_of_another_user_never_asks_for_a_password(connection: SshConnection) -> None:
    assert connection.run(("id", "a b"), user="shop").output == "sudo: -n -u shop -- id a b\n"


def test_what_is_made_on_the_host_is_not_writable_by_the_group(
    connection: SshConnection,
) -> None:
    """The app's user is in the group of its code; the server's own default lets groups write."""
    assert connection.run(("sh", "-c", "umask")).output.strip() == "0022"


def test_programs_speak_english_and_count_and_sort_as_on_the_host(
    connection: SshConnection,
) -> None:
    assert connection.run(("sh", "-c", 'echo "$LC_MESSAGES $LANG"')).output == "C nl_NL.UTF-8\n"


def test_output_is_passed_on_line_by_line(connection: SshConnection) -> None:
    lines: list[str] = []

    connection.run(("printf", "==> one\n==> two\nno end"), on_line=lines.append)

    assert lines == ["==> one", "==> two"]


def test_lines_are_whole_however_they_arrive() -> None:
    lines: list[str] = []
    output = Output(lines.append)

    for piece in (MARK[:3], f"{MARK[3:]} 7\non", "e\ntw", "o\n", "\nthree"):
        output.take(piece.encode())

    assert lines == ["one", "two", ""]


def test_command_without_an_end_is_given_up(connection: SshConnection) -> None:
    with pytest.raises(StepFailed, match="no end after") as raised:
        connection.run(("sleep", "60"), seconds=0.02)  # type: ignore[arg-type]

    assert "`ps fax`" in raised.value.hint


@pytest.mark.parametrize("how", [DROP, CUT])
def test_broken_connection_is_reported_and_is_no_failed_step(
    how: str, connection: SshConnection
) -> None:
    with pytest.raises(Unreachable, match="the connection broke") as raised:
        connection.run(("echo", how))

    assert "the same command finishes" in raised.value.hint


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


def test_file_that_cannot_be_written_is_named(connection: SshConnection) -> None:
    """The server has no SFTP."""
    with pytest.raises(StepFailed, match=r"can't write /srv/shop/file"):
        connection.put(b"text", PurePosixPath("/srv/shop/file"))


def test_lock_is_held_by_one_and_free_again_after_it(
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


def test_lock_that_becomes_free_in_time_is_got(
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
