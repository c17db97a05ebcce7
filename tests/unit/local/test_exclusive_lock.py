"""One holder at a time, also among threads; a killed holder leaves no lock behind."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

from tests.unit.fakes import TOP
from understudy.local.exclusive_lock import exclusive_lock

# Holds the lock until it is killed.
HOLDER = """
import sys, time
from pathlib import Path
from understudy.local.exclusive_lock import exclusive_lock
with exclusive_lock(Path(sys.argv[1])):
    print("locked", flush=True)
    time.sleep(60)
"""


def test_threads_take_turns(tmp_path: Path) -> None:
    at_work: list[int] = []

    def make(number: int) -> int:
        with exclusive_lock(tmp_path / "cache"):
            at_work.append(number)
            sleep(0.01)
            most = len(at_work)
            at_work.remove(number)
        return most

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(make, range(8))) == {1}


def test_a_run_waits_for_another_and_continues_when_that_one_is_killed(tmp_path: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], cwd=TOP, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout
    assert other.stdout.readline() == "locked\n"

    def make() -> bool:
        with exclusive_lock(tmp_path):
            return True

    with ThreadPoolExecutor(1) as pool, other:
        waiting = pool.submit(make)
        sleep(0.1)
        assert not waiting.done()
        other.kill()
        assert waiting.result(10)
