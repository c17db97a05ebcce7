"""The host's checker takes the units of timers as they are rendered, and no others; systemd can read them."""

import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.programs.site_config import refusal, run_checker
from tests.unit.fakes import TEMPLATES, config
from understudy.release import render

PRUNE = {"command": ["python", "manage.py", "prune"], "calendar": "Mon..Fri *-*~7/1 03:10,40"}
ALL = {**PRUNE, "jitter": 300, "memory_max": "256M", "on_failure": ["alarm"], "timeout": 86400}


def units(timer: dict[str, Any], app: dict[str, Any]) -> dict[str, str]:
    """By the names of their files."""
    settings = config(app={"name": "todo", **app}, timers={"prune": timer})
    _, _, *files = render.host_files(settings, settings.target("staging"), TEMPLATES)
    return {file.path.name: file.content for file in files}


@cache
def all_units() -> dict[str, str]:
    return units(ALL, {})


@pytest.mark.parametrize("timer", [PRUNE, ALL], ids=["short", "all keys"])
@pytest.mark.parametrize(
    "app",
    [{}, {"database": "postgresql"}, {"loosen": {"MemoryDenyWriteExecute": "PyPy"}}],
    ids=["django", "postgresql", "loosened"],
)
def test_rendered_units_are_allowed(
    timer: dict[str, Any], app: dict[str, Any], tmp_path: Path
) -> None:
    rendered = units(timer, app)
    assert len(rendered) == (3 if timer is ALL else 2)
    for name, content in rendered.items():
        answer = run_checker("check-unit", content, tmp_path, name)
        assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.parametrize(
    ("unit", "line", "instead"),
    [
        ("todo-prune.service", "User=todo", "User=root"),
        ("todo-prune.service", "timer todo prune 86400", "timer other prune 86400"),
        ("todo-prune.service", "timer todo prune 86400", "timer todo mail 86400"),
        ("todo-prune.service", "timer todo prune 86400", "timer todo prune 86400 ; /bin/sh"),
        ("todo-prune.service", "ExecStart=/", "ExecStart=+/"),
        ("todo-prune.service", "timer-ended todo prune", "timer-ended todo ../../etc/cron.d/x"),
        ("todo-prune.service", "timer-ended todo prune", "timer todo prune 1"),
        ("todo-prune.service", "ExecStopPost=+/", "ExecStopPost=+/bin/sh /"),
        ("todo-prune.service", "todo-prune_failed.service", "debug-shell.service"),
        ("todo-prune.service", "ProtectSystem=strict", "ProtectSystem=full"),
        ("todo-prune_failed.service", "timer todo prune failed", "timer todo prune failed x"),
        ("todo-prune_failed.service", "NoNewPrivileges=yes", "NoNewPrivileges=no"),
        ("todo-prune.timer", "[Timer]", "[Timer]\nUnit=debug-shell.service"),
        ("todo-prune.timer", "[Timer]", "[Timer]\nOnUnitInactiveSec=1"),
        ("todo-prune.timer", "OnCalendar=", "OnCalendar=%h"),
        ("todo-prune.timer", "WantedBy=timers.target", "WantedBy=ssh.service"),
    ],
)
def test_unit_with_more_rights_is_refused(unit: str, line: str, instead: str) -> None:
    content = all_units()[unit]
    assert refusal(content, unit) is None
    assert line in content
    assert refusal(content.replace(line, instead, 1), unit)


@pytest.mark.needs("systemd-analyze")
def test_systemd_reads_them_without_a_warning(tmp_path: Path) -> None:
    """But for programs that this machine does not have."""
    for name, content in all_units().items():
        (tmp_path / name).write_text(content.replace("/usr/local/lib/understudy/", "/bin/echo "))
    files = [tmp_path / name for name in all_units()]
    answer = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *files],
        capture_output=True,
        text=True,
    )
    about_ours = [line for line in answer.stderr.splitlines() if str(tmp_path) in line]
    assert about_ours == []
