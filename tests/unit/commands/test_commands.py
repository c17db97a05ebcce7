"""Commands made of other commands, run on this machine."""

import subprocess
from pathlib import Path

from tests.unit.commands.running import NASTY, run
from understudy.commands import alongside, script


def test_script_gets_its_values_unchanged() -> None:
    assert run(script('printf "%s|" "$@"', *NASTY)).stdout == "".join(f"{word}|" for word in NASTY)


def test_script_ends_at_the_first_command_that_fails() -> None:
    done = run(script("false; echo continued"))

    assert (done.returncode, done.stdout) == (1, "")


def test_two_commands_run_at_the_same_time_and_the_result_is_of_the_second(tmp_path: Path) -> None:
    meeting = tmp_path / "meeting"
    other = script('echo dropped; : >"$1"; exit 3', meeting)
    waits = script('until [ -e "$1" ]; do sleep 0.01; done; echo printed; exit "$2"', meeting, 7)

    done = subprocess.run(alongside(other, waits), capture_output=True, text=True, timeout=20)

    assert (done.returncode, done.stdout, done.stderr) == (7, "printed\n", "")


def test_command_ends_when_what_runs_beside_it_has_ended(tmp_path: Path) -> None:
    other = script('sleep 0.3; : >"$1"', tmp_path / "late")

    subprocess.run(alongside(other, ("true",)), check=True, timeout=20)

    assert (tmp_path / "late").exists()
