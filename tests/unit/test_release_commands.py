"""The commands of an app, run one after another in one interpreter."""

import subprocess
import sys
from pathlib import Path

from tests.unit.fakes import TOP

NOTE = """
import os, sys
sys.path.append(sys.argv[1])
print(os.getpid(), sys.argv[1:], __name__, *sys.modules.setdefault("seen", ["first"]))
sys.modules["seen"] = ["second"]
sys.exit(int(sys.argv[2]))
"""


def run(directory: Path, *commands: str) -> subprocess.CompletedProcess[str]:
    (directory / "manage.py").write_text(NOTE)
    return subprocess.run(
        [sys.executable, TOP / "templates" / "commands.py", directory / "static" / "r1", *commands],
        cwd=directory,
        capture_output=True,
        text=True,
    )


def test_python_commands_share_a_process_and_each_has_its_own_arguments(tmp_path: Path) -> None:
    done = run(tmp_path, "python manage.py 'a b' 0", "python manage.py c 0")

    first, second = [line.split(maxsplit=1) for line in done.stdout.splitlines()[1::2]]
    assert first[0] == second[0], "one process"
    assert first[1] == "['a b', '0'] __main__ first"
    assert second[1] == "['c', '0'] __main__ second"


def test_other_commands_run_too_and_static_is_there_for_them(tmp_path: Path) -> None:
    done = run(tmp_path, "sh -c 'ls static; exit 0'", "python -c 'print(5)'")

    assert (done.returncode, done.stdout.split()[-1]) == (0, "5")
    assert "r1" in done.stdout


def test_first_command_that_fails_ends_them_all_with_its_code(tmp_path: Path) -> None:
    for command in ("python manage.py x 7", "sh -c 'exit 7'"):
        done = run(tmp_path, command, "echo went on")

        assert done.returncode == 7
        assert "went on\n" not in done.stdout.replace("==> echo went on\n", "")
        assert "Traceback" not in done.stderr
