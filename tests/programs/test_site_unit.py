"""Root installs units for a deployer that hold only what check-unit lists.

systemd reads units as root and does what they say as root, before it becomes the unit's user.
"""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.programs.site_config import (
    OPTIONS,
    load_checker,
    refusal,
    rendered,
    rendered_process,
    rendered_unit,
    run_checker,
)

HARDENING = """
User=todo
Group=todo
UMask=0027
NoNewPrivileges=yes
CapabilityBoundingSet=
PrivateDevices=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectHome=yes
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
SystemCallArchitectures=native
""".strip().splitlines()
LOOSENABLE = {
    "MemoryDenyWriteExecute": "yes",
    "PrivateUsers": "yes",
    "ProtectProc": "invisible",
    "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6",
    "RestrictNamespaces": "yes",
    "SystemCallFilter": "@system-service",
}
SYSTEMD = Path("/usr/lib/systemd/systemd")


def with_line(line: str, section: str = "Service", unit: str = "todo@.service") -> str:
    return f"{unit_text(unit)}[{section}]\n{line}\n"


@cache
def unit_text(unit: str) -> str:
    """A unit of that name which is allowed."""
    match unit:
        case "todo@.service":
            return rendered_unit()
        case "todo-worker@.service":
            return rendered_process()
        case "todo-prune.service":
            return (
                TIMER_SERVICE.format("prune 60")
                + "ExecStopPost=+/usr/local/lib/understudy/timer-ended todo prune\n"
            )
        case "todo-prune_failed.service":
            return TIMER_SERVICE.format("prune failed")
        case _:
            return "[Timer]\nOnCalendar=*-*-* 03:10\nPersistent=true\n"


TIMER_SERVICE = "\n".join(
    [
        "[Service]",
        "Type=oneshot",
        "ExecStart=/usr/local/lib/understudy/timer todo {}",
        *HARDENING,
        "",
    ]
)
UNITS = (
    *("todo@.service", "todo-worker@.service", "todo-prune.service"),
    *("todo-prune_failed.service", "todo-prune.timer"),
)


@pytest.mark.parametrize("name", OPTIONS)
def test_rendered_template_is_allowed(name: str, tmp_path: Path) -> None:
    answer = run_checker("check-unit", rendered(*OPTIONS[name])[1], tmp_path)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


@pytest.mark.parametrize("line", HARDENING)
def test_unit_without_one_of_its_hardening_lines_is_refused(line: str, tmp_path: Path) -> None:
    answer = run_checker("check-unit", rendered_unit().replace(f"{line}\n", ""), tmp_path)
    assert answer.returncode == 1
    assert answer.stderr == f"the unit todo@.service: [Service] must have the line {line}\n"
    # In a comment it does not count.
    assert refusal(rendered_unit().replace(f"{line}\n", f"# {line}\n"))


def test_unit_runs_a_release_as_long_and_as_large_as_deploy_yml_says() -> None:
    given = {
        "start_timeout": 70,
        "drain_timeout": 20,
        "memory_max": "512M",
        "database": "postgresql",
    }
    lines = [line for line in rendered(given)[1].splitlines() if line and not line.startswith("#")]
    limits = {*HARDENING, *(f"{key}={value}" for key, value in LOOSENABLE.items())}
    assert [line for line in lines if line not in limits] == [
        "[Unit]",
        "Description=todo, release %i",
        "After=network.target postgresql.service",
        "PartOf=todo.service",
        "StartLimitIntervalSec=60",
        "StartLimitBurst=3",
        "[Service]",
        "Type=notify",
        "NotifyAccess=main",
        "ExecStart=/srv/todo/releases/%i/run gunicorn --config /srv/todo/releases/%i/gunicorn.conf.py",
        "ExecReload=/bin/kill -HUP $MAINPID",
        "ExecStop=/usr/local/lib/understudy/drain todo %i 20",
        "KillMode=mixed",
        "TimeoutStartSec=70",
        "TimeoutStopSec=30",
        "Restart=on-failure",
        "RestartSec=1",
        "MemoryMax=512M",
        "ReadWritePaths=/srv/todo/shared/database /srv/todo/shared/media /run/todo",
        "[Install]",
        "WantedBy=multi-user.target",
    ]


@pytest.mark.parametrize("key", LOOSENABLE)
def test_deploy_yml_loosens_one_line_and_the_others_stay(key: str) -> None:
    lines = {f"{name}={value}" for name, value in LOOSENABLE.items()}
    assert lines <= set(rendered_unit().splitlines())

    loosened = rendered({"loosen": {key: "a reason"}})[1]

    assert set(rendered_unit().splitlines()) - set(loosened.splitlines()) == {
        f"{key}={LOOSENABLE[key]}"
    }
    assert refusal(loosened) is None


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("User=todo", "User=root"),
        ("User=todo", "User = root"),
        ("User=todo", " User=root"),
        ("User=todo", "User=todo\nUser=root"),
        ("User=todo", "User=todo\nUser="),
        ("User=todo", "User=todo\nDynamicUser=yes"),
        ("User=todo", "# x\rUser=root\rx\nUser=todo"),
        ("User=todo", "# x\0User=root\nUser=todo"),
        ("User=todo", "# \\\nUser=todo"),
        ("User=todo", "User=todo\nAmbientCapabilities=CAP_SYS_ADMIN"),
        ("Group=todo", "Group=disk"),
        ("Group=todo", "Group=todo\nGroup=disk"),
        ("Group=todo", "Group=todo\nSupplementaryGroups=disk"),
        ("PrivateDevices=yes", "PrivateDevices=yes\nPrivateDevices=no"),
        ("PrivateDevices=yes", "PrivateDevices=yes\nPrivateDevices="),
        ("NoNewPrivileges=yes", "NoNewPrivileges=yes\nNoNewPrivileges=0"),
        ("CapabilityBoundingSet=", "CapabilityBoundingSet=\nCapabilityBoundingSet=~CAP_CHOWN"),
        ("ProtectSystem=strict", "ProtectSystem=strict\nReadWritePaths=/etc"),
        ("ProtectSystem=strict", "ProtectSystem=strict\nReadWritePaths=/srv/todo/shared/../.."),
        ("ProtectSystem=strict", "ProtectSystem=strict\nReadWritePaths=/srv/todo/releases"),
        ("ProtectSystem=strict", "ProtectSystem=strict\nReadWritePaths=+/srv/todo/shared/media"),
        ("ExecStart=/", "ExecStart=+/"),
        ("ExecStart=/", "ExecStart=!/"),
        ("ExecStart=/", "ExecStart=-/"),
        ("ExecStart=/", "ExecStartPre = +/bin/sh\nExecStart=/"),
        ("ExecStart=/srv/todo/releases/%i/run", "ExecStart=/srv/todo/cache/run"),
        ("ExecStart=/srv/todo/releases/%i/run", "ExecStart=/srv/todo/releases/../../run"),
        ("ExecReload=/bin/kill -HUP $MAINPID", "ExecReload=+/bin/kill -HUP $MAINPID"),
        ("ExecReload=/bin/kill -HUP $MAINPID", "ExecReload=/bin/kill -HUP 1"),
        ("drain todo %i 30", "drain other %i 30"),
        ("drain todo %i 30", "drain todo %i 30 ; /bin/sh"),
        ("ExecStop=/", "ExecStop=+/"),
        ("ExecStop=/usr/local/lib/understudy/drain", "ExecStop=/srv/todo/releases/%i/run"),
        ("KillMode=mixed", "KillMode=none"),
        ("UMask=0027", "UMask=0027\nUMask=0000"),
        ("Type=notify", "Type=notify \\"),
        ("[Unit]", "[Socket]"),
        ("[Unit]", "[Unit]\nWants=debug-shell.service"),
        ("[Unit]", "[Unit]\nRequires=debug-shell.service"),
        ("[Unit]", "[Unit]\nOnFailure=debug-shell.service"),
        ("[Unit]", "[Unit]\nDescription=%h"),
        ("PartOf=todo.service", "PartOf=ssh.service"),
        ("WantedBy=multi-user.target", "Alias=ssh.service"),
        ("WantedBy=multi-user.target", "WantedBy=ssh.service"),
        ("[Service]", "[Service]\n.include /etc/shadow"),
        ("[Service]", "[Service]\nUser"),
    ],
)
def test_unit_with_more_rights_is_refused(line: str, instead: str, tmp_path: Path) -> None:
    assert line in rendered_unit()
    answer = run_checker("check-unit", rendered_unit().replace(line, instead, 1), tmp_path)
    assert answer.returncode == 1
    assert answer.stderr.startswith("the unit todo@.service: ")


# Each as an attacker would write it, for any key that there is.
HOSTILE = (
    *("/etc/shadow", "/srv/other", "/dev/sda", "x:/etc/shadow", "file:/etc/shadow", "+/bin/sh"),
    *("append:/etc/sudoers.d/x", "/bin/sh -c id", "/etc/shadow:/srv/todo/x", "root", "disk", "0"),
    *("no", "false", "off", "", "CAP_SYS_ADMIN", "debug-shell.service", "host", "../x", "%h", "~"),
)
# Keys that have nothing to do with rights: any text in them proves nothing.
HARMLESS = {"Description", "CapabilityBoundingSet", "AmbientCapabilities", "After", "LimitCORE"}
# Zero is a number, and not to restart is as good as to.
HARMLESS |= {
    "StartLimitIntervalSec",
    "StartLimitBurst",
    "TimeoutStartSec",
    "TimeoutStopSec",
    "Nice",
}
HARMLESS |= {"Restart", "RestartSec", "WatchdogSec", "OOMScoreAdjust", "LimitNOFILE", "LimitNPROC"}
HARMLESS |= {"OnCalendar", "RandomizedDelaySec", "AccuracySec"}
HARMLESS |= {"CPUWeight", "IOWeight", "TasksMax", "NotifyAccess", "MemorySwapMax"}
# Keys that only take rights away.
HARMLESS |= {"ReadOnlyPaths", "InaccessiblePaths", "NoExecPaths", "IPAddressDeny", "IPAddressAllow"}


@pytest.mark.needs("systemd-analyze")
@pytest.mark.parametrize("unit", UNITS)
def test_every_key_of_this_systemd_is_refused_but_with_its_listed_values(unit: str) -> None:
    """Also those of a later systemd: a new key is not listed."""
    assert refusal(unit_text(unit), unit) is None
    answer = subprocess.run(
        [SYSTEMD, "--dump-configuration-items"], capture_output=True, text=True, check=True
    )
    checker = load_checker("check-unit")
    listed = {key for _, key in checker.rules("todo", *checker.kind("todo", unit))}
    keys = set(re.findall(r"^(\w+)=", answer.stdout, re.MULTILINE))
    assert {"LoadCredential", "RootImage", "EnvironmentFile", "StandardOutput", "PIDFile"} <= keys
    assert len(keys) > 400
    for key in keys - HARMLESS:
        values = HOSTILE if key in listed else (*HOSTILE, "yes", "1", "strict", "/srv/todo/x")
        for value in values:
            for section in ("Unit", "Service", "Timer", "Install"):
                line = f"{key}={value}"
                assert refusal(with_line(line, section, unit), unit), f"[{section}] {line}"


@pytest.mark.parametrize(
    "line",
    [
        *("PrivateNetwork=yes", "IPAddressDeny=any", "SystemCallFilter=~@resources @privileged"),
        *("InaccessiblePaths=-/srv/other /home", "ProcSubset=pid", "CPUQuota=150%", "Nice=5"),
        *("LimitNOFILE=65536", "MemoryHigh=400M", "TasksMax=50", "RestrictAddressFamilies=AF_UNIX"),
    ],
)
def test_hardening_can_be_added(line: str) -> None:
    assert refusal(with_line(line)) is None


@pytest.mark.needs("systemd-analyze")
@pytest.mark.parametrize("name", ["django", "postgresql"])
def test_exposure_is_at_most_2(name: str, tmp_path: Path) -> None:
    """By systemd's own measure, from 0 (safe) to 10."""
    unit = tmp_path / "todo@.service"
    unit.write_text(rendered(*OPTIONS[name])[1])
    asked = ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager"]
    answer = subprocess.run([*asked, str(unit)], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout
