"""Commands that don't end by themselves: seen, ended with all that they started, and reported."""

import time
from pathlib import Path, PurePosixPath
from threading import Event, Thread
from typing import NoReturn

import pytest

from tests.process_state import is_alive
from tests.unit.ssh.servers import target_of
from tests.unit.ssh_server import SshServer
from understudy.commands import alongside, limited, script
from understudy.errors import Interrupted, Refused, StepFailed, Unreachable
from understudy.ssh import connection as connecting
from understudy.ssh import ending, host_lock, running
from understudy.ssh.connection import SshConnection

# For a busy machine.
PATIENCE = 60


def press_ctrl_c(line: str) -> NoReturn:
    raise KeyboardInterrupt


def assert_ends(file: Path) -> None:
    """That a process has died of which the file has the number."""
    process, deadline = file.read_text().strip(), time.monotonic() + PATIENCE
    while is_alive(process):
        assert time.monotonic() < deadline, "it still runs"
        time.sleep(0.05)


def wait_for(file: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not file.exists() or not file.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_command_that_asks_a_question_gets_no_answer_instead_of_waiting(
    connection: SshConnection,
) -> None:
    assert not connection.run(("sh", "-c", "read -r answer")).ok
    assert connection.run(("cat",)).ok
    with connection.listening(("sh",), "shop") as heard:
        connection.run(("sleep", "0.1"))
    assert heard == ["sudo: -n -u shop -- sh\n"]


@pytest.mark.parametrize("ignoring", ["", "trap '' INT;"])
def test_ctrl_c_ends_the_command_on_the_host_with_all_that_it_started(
    ignoring: str, connection: SshConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "SECONDS", 3)
    command = script(f'{ignoring} sh -c \'echo $$ >"$1/pid"; echo on; sleep 60\' sh "$1"', tmp_path)

    with pytest.raises(Interrupted) as raised:
        connection.run(command, on_line=press_ctrl_c)

    assert raised.value.args == ("Its processes on the host were ended.",)
    assert_ends(tmp_path / "pid")


def test_ctrl_c_waits_for_no_host_that_is_gone(
    connection: SshConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = Event()
    monkeypatch.setattr(ending, "SECONDS_TO_ANSWER", 0.2)
    monkeypatch.setattr(connection, "_query", lambda argv: later.wait(2 * PATIENCE))
    began = time.monotonic()

    with pytest.raises(Interrupted, match="does not answer"):
        connection.run(script("echo on; sleep 60"), on_line=press_ctrl_c)
    with pytest.raises(Unreachable):
        connection.run(("true",))

    assert time.monotonic() - began < PATIENCE
    later.set()


def test_command_that_takes_too_long_is_ended_and_named(
    connection: SshConnection, tmp_path: Path
) -> None:
    with pytest.raises(StepFailed, match="no end after 3 s") as raised:
        connection.run(script('echo $$ >"$1/pid"; sleep 61', tmp_path), seconds=3)

    assert "at work: sleep 61 (process" in raised.value.details
    assert "were ended" in raised.value.hint
    assert_ends(tmp_path / "pid")


def test_silent_command_is_reported_with_its_processes(
    connection: SshConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "SECONDS_OF_SILENCE", 0.3)
    monkeypatch.setattr(running, "_SECONDS_OF_A_WAIT", 0.1)
    said: list[str] = []

    connection.run(("sleep", "1.25"), on_silence=said.append)

    assert 1 <= len(said) <= 3, "less and less often"
    assert said[0].startswith("no output for 0 s: sleep 1.25 (process ")


def test_output_that_a_process_left_behind_keeps_open_is_not_waited_for(
    connection: SshConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_SECONDS_AFTER_THE_END", 0.1)
    assert connection.run(("sh", "-c", "sleep 60 & echo done")).output == "done\n"


def test_step_ends_with_its_deploy(
    connection: SshConnection, server: SshServer, tmp_path: Path
) -> None:
    """Also if the machine that deploys is gone without a word."""
    lock, step = PurePosixPath(tmp_path / "lock"), script('echo $$ >"$1/pid"; sleep 60', tmp_path)

    def deploy() -> None:
        with pytest.raises(Unreachable):
            connection.run(step)

    thread = Thread(target=deploy)
    with connection.lock(lock, "ann"):
        thread.start()
        wait_for(tmp_path / "pid")
        connection.transport.close()
    thread.join()
    assert_ends(tmp_path / "pid")
    with (
        SshConnection(target_of(server, tmp_path), "deploy") as other,
        other.lock(lock, "bob", wait=PATIENCE),
    ):
        pass


def left_at_work(server: SshServer, directory: Path, seconds: float) -> PurePosixPath:
    """A lock of a deploy that was cut off, with a step that can't be ended. Returns its path."""
    lock = PurePosixPath(directory / "lock")
    # As a migration does, in all that is around it.
    text = f"trap '' TERM; echo $$ >{directory}/pid; sleep {seconds}; echo >{directory}/migrated"
    migration = limited(600, ("sh", "-c", text))
    # As sudo does, which hands on no lock, and which only root can end.
    step = alongside(
        ("true",), ("sh", "-c", 'exec 8>&-; trap : TERM; "$@"; exit $?', "sudo", *migration)
    )
    cut_off = SshConnection(target_of(server, directory), "deploy")

    def deploy() -> None:
        with pytest.raises(Unreachable):
            cut_off.run(step)

    thread = Thread(target=deploy)
    with cut_off.lock(lock, "ann"):
        thread.start()
        wait_for(directory / "pid")
        cut_off.transport.close()
    thread.join()
    return lock


def test_step_that_was_left_at_work_is_waited_for(server: SshServer, tmp_path: Path) -> None:
    lock, said = left_at_work(server, tmp_path, 1), list[str]()

    with SshConnection(target_of(server, tmp_path), "deploy") as other:
        other.run(("flock", "-w", str(PATIENCE), str(lock), "true"))
        with other.lock(lock, "bob", 0, said.append):
            assert (tmp_path / "migrated").exists()

    assert "left at work" in said[0]


def test_step_that_is_still_at_work_after_a_while_is_named(
    server: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_lock, "SECONDS_FOR_A_STEP_LEFT", 0)
    lock = left_at_work(server, tmp_path, 62)

    with SshConnection(target_of(server, tmp_path), "deploy") as other:
        other.run(("flock", "-w", str(PATIENCE), str(lock), "true"))
        with pytest.raises(Refused) as raised, other.lock(lock, "bob"):
            pytest.fail("two have the lock")

    assert "still at work" in raised.value.details
    assert "sleep 62" in raised.value.details
