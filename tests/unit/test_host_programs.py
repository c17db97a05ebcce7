"""The Python programs that provisioning writes on hosts: linted and typed like all other Python here."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.fakes import TOP
from understudy.config.releases import RELEASES

# A heredoc of provision/: its end's name, and its text if that is a Python program.
PROGRAM = re.compile(r"<<'(\w+)'[^\n]*\n(#!/usr/bin/python3[^\n]*\n.*?\n)\1\n", re.DOTALL)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    directory = tmp_path_factory.mktemp("programs")
    written = []
    for script in sorted((TOP / "provision").glob("*.sh")):
        for number, found in enumerate(PROGRAM.finditer(script.read_text())):
            path = directory / f"{script.stem.replace('-', '_')}_{number}.py"
            path.write_text(found[2])
            written.append(path)
    return written


def test_programs_are_found(programs: list[Path]) -> None:
    assert {"65_check_nginx_0.py", "66_check_unit_0.py"} <= {path.name for path in programs}


@pytest.mark.parametrize(
    "checker", ["ruff check --no-cache", "ruff format --check --no-cache", "mypy --strict"]
)
def test_programs_written_on_hosts_are_checked(checker: str, programs: list[Path]) -> None:
    option = "--config-file" if checker.startswith("mypy") else "--config"
    files = map(str, (TOP / "pyproject.toml", *programs))
    argv = [sys.executable, "-m", *checker.split(), option, *files]

    done = subprocess.run(argv, cwd=TOP, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


# Of Python 3.11 or later, with the module that has each.
LATER = (
    r"\b(tomllib|StrEnum|ExceptionGroup|TaskGroup|file_digest|batched|datetime\.UTC|contextlib\.chdir)\b|"
    r"from datetime import .*\bUTC\b|from typing import .*\b(Self|override|Never|assert_never)\b"
)


def test_programs_run_with_the_oldest_python_of_a_release(programs: list[Path]) -> None:
    """That of Ubuntu 22.04."""
    oldest = min(tuple(map(int, release.python.split("."))) for release in RELEASES.values())
    assert oldest == (3, 10)
    for file in (*programs, *sorted((TOP / "templates").glob("*.py"))):
        ast.parse(file.read_text(), file.name, feature_version=(3, 10))
        assert not re.search(LATER, file.read_text()), file.name


def test_sqlite_is_asked_only_what_the_oldest_one_knows() -> None:
    """That of Ubuntu 22.04 is 3.37: format() came with 3.38."""
    for file in (TOP / "understudy").rglob("*sqlite*.py"):
        later = re.findall(r"\b(?:format|unixepoch|octet_length|concat)\(['\"]", file.read_text())
        assert not later, file
