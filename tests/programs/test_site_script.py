"""understudy-site, the one program a deploy may run as root: which units it lets in."""

import subprocess
from pathlib import Path

import pytest

from understudy import render
from understudy.config import load

PROJECT = Path(__file__).resolve().parents[2]


def rendered_unit() -> str:
    config = load(PROJECT / "deploy.yml")
    files = render.host_files(config, config.target("vagrant"), PROJECT / "templates")
    return next(file.content for file in files if file.path.suffix == ".service")


def check(unit: str, directory: Path) -> subprocess.CompletedProcess[str]:
    """Runs the very lines of the script that check a unit."""
    script = (PROJECT / "provision" / "70-site.sh").read_text()
    lines = script[script.index("unit_keys='") : script.index("install_files() {")]
    refuse = 'refuse() { echo "$*" >&2; exit 1; }\nsite=todo\n'
    file = directory / "todo@.service"
    file.write_text(unit)
    program = f'{refuse}{lines}\ncheck_unit "$1"\n'
    return subprocess.run(["sh", "-euc", program, "sh", str(file)], capture_output=True, text=True)


def test_our_own_unit_is_let_in(tmp_path: Path) -> None:
    answer = check(rendered_unit(), tmp_path)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("User=todo", "User=root"),
        ("User=todo", "User = root"),
        ("User=todo", " User=root"),
        ("User=todo", "# no user at all"),
        ("User=todo", "User=todo\nUser=root"),
        ("User=todo", "User=todo\nAmbientCapabilities=CAP_SYS_ADMIN"),
        ("ExecStart=/", "ExecStart=+/"),
        ("ExecStart=/", "ExecStart=!/"),
        ("ExecStart=/", "ExecStartPre = +/bin/sh\nExecStart=/"),
        ("Type=notify", "Type=notify\nStandardOutput=append:/etc/sudoers.d/x"),
        ("Type=notify", "Type=notify\nRootDirectory=/srv"),
        ("Type=notify", "Type=notify \\"),
        ("[Unit]", "[Socket]"),
    ],
)
def test_a_unit_with_more_rights_is_refused(line: str, instead: str, tmp_path: Path) -> None:
    assert line in rendered_unit()
    answer = check(rendered_unit().replace(line, instead, 1), tmp_path)
    assert answer.returncode == 1
    assert answer.stderr
