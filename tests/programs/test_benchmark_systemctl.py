"""The systemctl of the benchmark's many hosts answers like the real one."""

import subprocess
from pathlib import Path

import pytest

from tests.unit.fakes import TOP

UNITS = "nginx.service\ntodo@0123-4567.service\n"


@pytest.fixture
def systemctl(tmp_path: Path) -> Path:
    (tmp_path / "active-units").write_text(UNITS)
    text = (TOP / "benchmarks" / "systemctl.sh").read_text()
    program = tmp_path / "systemctl"
    program.write_text(text.replace("/etc/active-units", str(tmp_path / "active-units")))
    return program


def ask(systemctl: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", str(systemctl), *words], capture_output=True, text=True)


def test_lists_the_units_of_a_pattern(systemctl: Path) -> None:
    options = ("--plain", "--no-legend", "--state=active,activating,reloading")
    answer = ask(systemctl, "list-units", *options, "todo@*", "nginx.service", "other.service")

    found = [line.split()[0] for line in answer.stdout.splitlines()]
    assert found == ["todo@0123-4567.service", "nginx.service"]


@pytest.mark.parametrize(
    "words",
    [
        ("show", "nginx"),
        ("show", "--all", "--property", "Id", "--property", "SubState", "nginx.service"),
    ],
)
def test_shows_a_unit_by_either_of_its_names(systemctl: Path, words: tuple[str, ...]) -> None:
    lines = ask(systemctl, *words).stdout.splitlines()

    assert {
        "Id=nginx.service",
        "LoadState=loaded",
        "ActiveState=active",
        "SubState=running",
    } <= set(lines)


def test_quiet_question_is_answered_by_the_exit_code_alone(systemctl: Path) -> None:
    quiet = ask(systemctl, "is-active", "--quiet", "nginx", "todo@0123-4567")
    assert (quiet.returncode, quiet.stdout) == (0, "")
    assert ask(systemctl, "is-active", "--quiet", "nginx", "todo-web").returncode == 3
    assert ask(systemctl, "is-active", "nginx").stdout == "active\n"
