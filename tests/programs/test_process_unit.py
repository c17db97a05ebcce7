"""Root installs a deployer's units for processes and timers only under names and with lines that are theirs."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.programs.site_config import refusal, rendered_process, run_checker
from tests.programs.test_site_unit import HARDENING, LOOSENABLE, UNITS, unit_text

WORKER = "todo-worker@.service"


@pytest.mark.parametrize(
    ("app", "keys"),
    [
        ({}, {}),
        ({"database": "postgresql"}, {"single": True, "stop_signal": "USR1"}),
        ({"start_timeout": 3600}, {"stop_timeout": 86400, "memory_max": "512M"}),
        ({"loosen": {"MemoryDenyWriteExecute": "PyPy"}}, {"ready": "notify"}),
    ],
)
def test_rendered_template_is_allowed(
    app: dict[str, Any], keys: dict[str, Any], tmp_path: Path
) -> None:
    answer = run_checker("check-unit", rendered_process(app=app, **keys), tmp_path, WORKER)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_unit_runs_a_process_of_its_release_as_deploy_yml_says() -> None:
    keys = {"single": True, "stop_signal": "INT", "stop_timeout": 300, "memory_max": "512M"}
    text = rendered_process("beat", {"start_timeout": 70, "database": "postgresql"}, **keys)
    limits = {*HARDENING, *(f"{key}={value}" for key, value in LOOSENABLE.items())}
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if line not in limits] == [
        "[Unit]",
        "Description=todo, beat of release %i",
        "After=network.target postgresql.service",
        "PartOf=todo.service",
        "StartLimitIntervalSec=0",
        "[Service]",
        "Type=exec",
        "ExecStart=/usr/local/lib/understudy/process todo beat %i single",
        "KillMode=mixed",
        "KillSignal=SIGINT",
        "TimeoutStartSec=70",
        "TimeoutStopSec=300",
        "Restart=always",
        "RestartSec=1",
        "MemoryMax=512M",
        "ReadWritePaths=/srv/todo/shared/database /srv/todo/shared/media /run/todo",
    ]
    assert limits <= set(lines)


@pytest.mark.parametrize(
    ("unit", "line", "instead"),
    [
        (WORKER, "process todo worker", "process other worker"),
        (WORKER, "process todo worker", "process todo beat"),
        (WORKER, "process todo worker %i", "process todo worker ../../x"),
        (WORKER, "%i many", "%i many ; /bin/sh"),
        (WORKER, "ExecStart=/", "ExecStart=+/"),
        (WORKER, "ExecStart=/usr/local/lib/understudy/process", "ExecStart=/srv/todo/releases/%i/run"),
        (WORKER, "KillSignal=SIGTERM", "KillSignal=0"),
        (WORKER, "KillSignal=SIGTERM", "ExecStopPost=+/usr/local/lib/understudy/timer-ended todo worker"),
        (WORKER, "PartOf=todo.service", "PartOf=ssh.service"),
        (WORKER, "Group=todo", "Group=disk"),
        ("todo-prune.service", "timer-ended todo prune", "timer-ended todo other"),
        ("todo-prune.service", "timer-ended todo prune", "timer-ended other prune"),
        ("todo-prune.service", "ExecStopPost=+/usr/local/lib/understudy/timer-ended", "ExecStopPost=+/bin/sh"),
        ("todo-prune.service", "ExecStart=/", "ExecStart=+/"),
        ("todo-prune.service", "timer todo prune 60", "timer todo prune failed"),
        ("todo-prune.service", "Type=oneshot", "Type=oneshot\nOnFailure=debug-shell.service"),
        ("todo-prune_failed.service", "timer todo prune failed", "timer todo other failed"),
        ("todo-prune.timer", "[Timer]", "[Timer]\nUnit=debug-shell.service"),
        ("todo-prune.timer", "[Timer]", "[Timer]\nOnCalendar=%h"),
        ("todo-prune.timer", "[Timer]", "[Service]\nExecStart=/bin/sh\n[Timer]"),
        ("todo-prune.timer", "[Timer]", "[Install]\nWantedBy=sysinit.target\n[Timer]"),
    ],
)  # fmt: skip
def test_unit_with_more_rights_is_refused(unit: str, line: str, instead: str) -> None:
    assert line in unit_text(unit)
    assert refusal(unit_text(unit).replace(line, instead, 1), unit)


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.endswith(".service")])
@pytest.mark.parametrize("line", HARDENING)
def test_service_without_one_of_its_hardening_lines_is_refused(line: str, unit: str) -> None:
    assert refusal(unit_text(unit).replace(f"{line}\n", ""), unit)


@pytest.mark.parametrize(
    "unit",
    [
        *("ssh.service", "other-worker@.service", "todo.service", "todo.timer", "todo-.service"),
        *("todo-web@.service", "todo-migrating@.service", "todo-worker@r1.service", "todo@r1.service"),
        *("todo-worker.socket", "todo-worker@.timer", "todo-a--b@.service", "todo-Worker@.service"),
        *("todo-worker@.service.d", f"todo-{'a' * 32}@.service", "todo-prune_other.service"),
    ],
)  # fmt: skip
def test_unit_of_another_name_is_refused(unit: str) -> None:
    for allowed in UNITS:
        assert "is not a name of a unit" in str(refusal(unit_text(allowed), unit))


@pytest.mark.needs("systemd-analyze")
def test_exposure_is_at_most_2(tmp_path: Path) -> None:
    """By systemd's own measure, from 0 (safe) to 10."""
    unit = tmp_path / WORKER
    unit.write_text(rendered_process())
    asked = ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager"]
    answer = subprocess.run([*asked, str(unit)], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout
