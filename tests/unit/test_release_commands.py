"""The commands of an app, run one after another in one interpreter."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import TOP

NOTE = """
import os, sys
sys.path.append(sys.argv[1])
print(os.getpid(), sys.argv[1:], __name__, *sys.modules.setdefault("seen", ["first"]))
sys.modules["seen"] = ["second"]
sys.exit(int(sys.argv[2]))
"""


def run(directory: Path, *commands: str, **more: Any) -> subprocess.CompletedProcess[str]:
    (directory / "manage.py").write_text(NOTE)
    job = {
        "static": str(directory / "static" / "r1"),
        "commands": commands,
        "pending": None,
        "exists": ["true"],
        "backup": ["sh", "-c", "echo saved"],
        "migrate": [],
        **more,
    }
    return subprocess.run(
        [sys.executable, TOP / "templates" / "commands.py", json.dumps(job)],
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


@pytest.mark.parametrize(
    ("pending", "exists", "saved"),
    [
        ("false", "true", True),
        (None, "true", True),
        ("true", "true", False),
        ("false", "false", False),
    ],
)
def test_database_is_saved_before_it_is_changed_if_there_is_anything_to_change(
    pending: str | None, exists: str, saved: bool, tmp_path: Path
) -> None:
    done = run(tmp_path, "echo first", pending=pending, exists=[exists], migrate=["echo migrated"])

    order = [line for line in done.stdout.splitlines() if not line.startswith("==>")]
    assert order == ["first", *(["saved"] if saved else []), "migrated"]


def test_nothing_is_migrated_that_could_not_be_saved(tmp_path: Path) -> None:
    done = run(tmp_path, backup=["false"], migrate=["echo migrated"])

    assert done.returncode == 1
    assert "nothing was migrated" in done.stderr
    assert "migrated\n" not in done.stdout
