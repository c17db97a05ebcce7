"""The systemctl of the benchmark's many hosts answers like the real one, and starts web.py as the app."""

import getpass
import http.client
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.unit.fakes import TOP

UNITS = ("nginx.service", "todo@0123-4567.service")
NEW = "todo@89ab-cdef.service"


@pytest.fixture
def systemctl(tmp_path: Path) -> Iterator[Path]:
    """With a template of units, and the gunicorn.conf.py of one release of it."""
    running, units = tmp_path / "active-units", tmp_path / "units"
    running.mkdir()
    units.mkdir()
    for unit in UNITS:
        (running / unit).touch()
    (tmp_path / "89ab-cdef.py").write_text(f'bind = "unix:{tmp_path}/new.sock"\nworkers = 2\n')
    (units / "todo@.service").write_text(
        f"[Service]\nUser={getpass.getuser()}\nExecStart=/x/%i/run gunicorn --config {tmp_path}/%i.py\n"
    )
    text = (TOP / "benchmarks" / "systemctl.sh").read_text()
    text = text.replace("/run/active-units", str(running))
    text = text.replace("/etc/systemd/system", str(units))
    text = text.replace("/usr/local/lib/web.py", str(TOP / "benchmarks" / "web.py"))
    program = tmp_path / "systemctl"
    program.write_text(text)
    yield program
    for file in running.iterdir():
        if number := file.read_text().strip():
            with suppress(ProcessLookupError):
                os.kill(int(number), signal.SIGKILL)


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
        (
            *("show", "--all", "--property", "Id", "--property", "LoadState"),
            *("-p", "ActiveState", "-p", "SubState", "nginx.service"),
        ),
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


def test_started_service_answers_at_its_socket_until_it_is_stopped(
    systemctl: Path, tmp_path: Path
) -> None:
    assert ask(systemctl, "start", "--no-block", NEW).returncode == 0
    assert ask(systemctl, "start", NEW).returncode == 0, "it runs already"

    number = ask(systemctl, "show", "-p", "MainPID", "--value", NEW).stdout.strip()
    assert status(tmp_path / "new.sock") == 200
    assert ask(systemctl, "is-active", "-q", NEW).returncode == 0

    assert ask(systemctl, "restart", NEW).returncode == 0
    assert ask(systemctl, "show", "-p", "MainPID", "--value", NEW).stdout.strip() != number
    assert status(tmp_path / "new.sock") == 200

    assert ask(systemctl, "stop", "--no-block", NEW).returncode == 0
    assert ask(systemctl, "is-active", "-q", NEW).returncode == 3


def status(path: Path) -> int:
    asked = http.client.HTTPConnection("site")
    asked.sock = socket.socket(socket.AF_UNIX)
    asked.sock.connect(str(path))
    try:
        asked.request("GET", "/")
        return asked.getresponse().status
    finally:
        asked.close()
