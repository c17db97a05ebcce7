"""A connection that opens in a thread: who takes it, what it raises, how it ends."""

import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.fakes import OK, FakeConnection, config
from tests.unit.ssh.servers import target_of
from tests.unit.ssh_server import SshServer
from understudy.config.target import TargetConfig
from understudy.errors import LoginRefused, Unreachable
from understudy.ssh import early as early_connection
from understudy.ssh.early import EarlyConnection

ASKED = ("printf", "an answer")


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "early connection"]


def await_no_thread() -> None:
    deadline = time.monotonic() + 5
    while threads() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threads() == []


def test_connection_that_is_taken_has_its_answer_and_stays_open(
    server: SshServer, tmp_path: Path
) -> None:
    target = target_of(server, tmp_path)
    with EarlyConnection(target, "deploy", ASKED) as early:
        taken = early.take(target, "deploy", ASKED)

    assert taken
    connection, answer = taken
    with connection:
        assert answer.output == "an answer"
        assert len(server.processes) == 1, "nothing was asked before it, and nothing twice"
        assert connection.run(("printf", "more")).output == "more"
    assert early.taken


def test_connection_is_taken_once(server: SshServer, tmp_path: Path) -> None:
    target = target_of(server, tmp_path)
    with EarlyConnection(target, "deploy", ASKED) as early:
        taken = early.take(target, "deploy", ASKED)
        assert taken
        with taken[0]:
            assert early.take(target, "deploy", ASKED) is None


@pytest.mark.parametrize(
    "changed",
    [
        lambda target: (target.model_copy(update={"address": "192.0.2.7"}), "deploy", ASKED),
        lambda target: (target.model_copy(update={"port": 1}), "deploy", ASKED),
        lambda target: (target.model_copy(update={"key": Path("/k")}), "deploy", ASKED),
        lambda target: (target.model_copy(update={"known_hosts": None}), "deploy", ASKED),
        lambda target: (target, "root", ASKED),
        lambda target: (target, "deploy", ("true",)),
    ],
)
def test_connection_to_somewhere_else_is_not_taken(
    changed: Callable[[TargetConfig], tuple[TargetConfig, str, tuple[str, ...]]],
    server: SshServer,
    tmp_path: Path,
) -> None:
    target = target_of(server, tmp_path)
    with EarlyConnection(target, "deploy", ASKED) as early:
        assert early.take(*changed(target)) is None
        assert early.answer()
        assert not early.taken


def test_its_error_is_raised_where_it_is_taken(server: SshServer, tmp_path: Path) -> None:
    server.keys.clear()
    target = target_of(server, tmp_path)
    with EarlyConnection(target, "deploy", ASKED) as early:
        assert early.answer() is None
        with pytest.raises(LoginRefused, match="not accepted"):
            early.take(target, "deploy", ASKED)


def test_error_of_its_command_is_raised_where_it_is_taken(
    server: SshServer, tmp_path: Path
) -> None:
    server.shell = ["sh", "-c", "echo no shell"]
    target = target_of(server, tmp_path)
    with (
        EarlyConnection(target, "deploy", ASKED) as early,
        pytest.raises(Unreachable, match="runs another program"),
    ):
        early.take(target, "deploy", ASKED)


def test_connection_that_no_one_takes_is_closed(server: SshServer, tmp_path: Path) -> None:
    with EarlyConnection(target_of(server, tmp_path), "deploy", ("sleep", "60")):
        deadline = time.monotonic() + 5
        while not server.processes and time.monotonic() < deadline:
            time.sleep(0.01)

    await_no_thread()


def test_end_does_not_wait_for_a_host_that_is_silent() -> None:
    """An error of deploy.yml or of git is reported at once, whatever the host does."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        target = config(target={"address": "127.0.0.1", "port": port}).target("staging")
        began = time.monotonic()
        with pytest.raises(ZeroDivisionError), EarlyConnection(target, "deploy", ASKED):
            raise ZeroDivisionError
        assert time.monotonic() - began < 2
    await_no_thread()


@pytest.mark.parametrize("taking", [True, False])
def test_threads_take_turns_as_before_once_it_is_taken_or_ended(
    taking: bool, server: SshServer, tmp_path: Path
) -> None:
    before, target = sys.getswitchinterval(), target_of(server, tmp_path)
    with EarlyConnection(target, "deploy", ASKED) as early:
        assert sys.getswitchinterval() < before
        if taking and (taken := early.take(target, "deploy", ASKED)):
            assert sys.getswitchinterval() == before
            taken[0].close()

    assert sys.getswitchinterval() == before


def test_connection_that_is_open_only_after_the_end_is_closed_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended, host = threading.Event(), FakeConnection({"an answer": OK})
    monkeypatch.setattr(host, "close", lambda: host.notes.append("closed"), raising=False)

    def connect(*_: object) -> FakeConnection:
        ended.wait(5)
        return host

    monkeypatch.setattr(early_connection, "SshConnection", connect)
    with EarlyConnection(config().target("staging"), "deploy", ASKED):
        pass
    ended.set()
    await_no_thread()

    assert "closed" in host.notes
