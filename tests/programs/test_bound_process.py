"""A program that runs beside a process ends with it: at its end, at Ctrl-C, and also if it is killed."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.process_state import is_alive
from tests.unit.fakes import TOP
from understudy.local.bound_process import BoundProcess

PARENT = """
import sys, time
from pathlib import Path
from understudy.local.bound_process import BoundProcess
words = ("sh", "-c", 'echo "$$"; exec sleep 600')
bound = BoundProcess(words, Path(sys.argv[1]), {})
print("begun", flush=True)
time.sleep(600)
"""


def wait_until_gone(pid: int) -> bool:
    for _ in range(100):
        # A container's first process may take its time to reap it.
        if not is_alive(pid):
            return True
        time.sleep(0.05)
    return False


def pid_in(log: Path) -> int:
    for _ in range(100):
        if log.exists() and (text := log.read_text().strip()):
            return int(text)
        time.sleep(0.05)
    raise AssertionError(log.read_text())


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_program_ends_with_its_process_however_that_ends(tmp_path: Path, how: int) -> None:
    log = tmp_path / "log"
    words = [sys.executable, "-c", PARENT, str(log)]
    with subprocess.Popen(
        words, cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"begun\n"
        pid = pid_in(log)
        parent.send_signal(how)
    assert wait_until_gone(pid)


def test_program_is_ended_and_its_output_and_environment_are_there(tmp_path: Path) -> None:
    words = ("sh", "-c", 'echo "$WORD"; exec sleep 600')
    bound = BoundProcess(words, tmp_path / "log", {"WORD": "hello"})
    for _ in range(100):
        if bound.printed():
            break
        time.sleep(0.02)
    assert bound.printed() == "hello\n"
    assert not bound.has_ended()
    began = time.monotonic()
    bound.close()
    assert bound.has_ended()
    assert time.monotonic() - began < 2


def test_end_of_a_program_is_seen_and_one_that_ignores_the_request_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = BoundProcess(("sh", "-c", "exit 3"), tmp_path / "first", {})
    for _ in range(100):
        if failed.has_ended():
            break
        time.sleep(0.02)
    assert failed.has_ended()
    failed.close()

    monkeypatch.setattr("understudy.local.bound_process._SECONDS_TO_END", 0.2)
    stubborn = ("sh", "-c", 'trap "" TERM; echo "$$"; while :; do sleep 1; done')
    bound = BoundProcess(stubborn, tmp_path / "second", {})
    pid = pid_in(tmp_path / "second")
    bound.close()
    assert wait_until_gone(pid)
