"""Reasons for which there is no connection: what failed, and what to try."""

import socket
import subprocess
from pathlib import Path

import paramiko
import pytest

from tests.unit.fakes import config
from tests.unit.ssh.servers import target_of
from tests.unit.ssh_server import SshServer
from understudy.errors import LoginRefused, Unreachable
from understudy.ssh.connection import SshConnection
from understudy.ssh.errors import why_unreachable


def test_login_to_try_by_hand_is_with_the_key_that_was_refused() -> None:
    target = config(target={"key": "/k/id"}).target("staging")

    refused = why_unreachable(paramiko.AuthenticationException(), "deploy@192.0.2.7:22", target)

    assert "ssh -p 22 -i /k/id deploy@192.0.2.7 must work first" in refused.hint


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (socket.gaierror(-2, "Name or service not known"), "can't be resolved"),
        (TimeoutError("timed out"), "timed out"),
        (PermissionError(13, "Permission denied", "/home/x/.ssh/id"), "/home/x/.ssh/id"),
        (paramiko.SSHException("Error reading SSH protocol banner"), "banner"),
        (FileNotFoundError(2, "No such file", "/home/x/id"), "there is no key file /home/x/id"),
        (paramiko.SSHException("No authentication methods available"), "no key to log in with"),
        (EOFError(), "no SSH connection"),
    ],
)
def test_each_reason_is_reported_in_words(error: Exception, reason: str) -> None:
    target = config().target("staging")

    unreachable = why_unreachable(error, "deploy@192.0.2.7:22", target)

    assert reason in str(unreachable)
    assert unreachable.hint


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
