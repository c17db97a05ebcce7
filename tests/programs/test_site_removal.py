"""The script that takes a site off a host ends and removes its processes and timers, and no other site's."""

import subprocess
from pathlib import Path

import pytest

from tests.programs.root_programs import Host, make_host, moved
from tests.unit.fakes import TOP

OWN = ("todo-worker@.service", "todo-prune.service", "todo-prune.timer")
OTHERS = ("todo-api@.service", "todo-api.service", "todo-api-mail.timer")
UNITS = "/etc/systemd/system"


@pytest.fixture
def host(tmp_path: Path) -> Host:
    made = make_host(tmp_path)
    made.path(f"{UNITS}/timers.target.wants").mkdir()
    made.path("/var/lib/systemd/timers").mkdir(parents=True)
    for unit in (*OWN, *OTHERS, "todo@.service", "todo.service"):
        made.path(f"{UNITS}/{unit}").touch()
    made.path(f"{UNITS}/timers.target.wants/todo-prune.timer").symlink_to("../todo-prune.timer")
    made.path("/var/lib/systemd/timers/stamp-todo-prune.timer").touch()
    for site in ("todo", "todo-api"):
        made.path(f"/var/lib/understudy-timers/{site}").mkdir(parents=True)
    made.path("/etc/understudy/todo.units").write_text("".join(f"{unit}\n" for unit in OWN))
    made.path("/etc/understudy/todo-api.units").write_text("todo-api-mail.timer\n")
    (made.path("/bin/rmdir")).symlink_to("/bin/rmdir")
    return made


def remove(host: Host) -> None:
    script = (TOP / "understudy/host/remove_site.sh").read_text()
    subprocess.run(
        ["/bin/sh", "-c", moved(script, host.root), "sh", "todo", "deploy", "sqlite"],
        env={"PATH": str(host.path("bin"))},
        check=True,
    )


def test_processes_and_timers_go_with_their_site(host: Host) -> None:
    host.path("/srv/todo/locks").mkdir()
    host.path("/srv/todo/locks/worker").touch()

    remove(host)

    left = {path.name for path in host.path(UNITS).iterdir()}
    assert left == {*OTHERS, "timers.target.wants"}
    assert not list(host.path(f"{UNITS}/timers.target.wants").iterdir())
    assert not list(host.path("/var/lib/systemd/timers").iterdir())
    assert [path.name for path in host.path("/etc/understudy").iterdir()] == ["todo-api.units"]
    assert not host.path("/srv/todo/locks").exists()
    assert [path.name for path in host.path("/var/lib/understudy-timers").iterdir()] == ["todo-api"]
    stopped = [call.split()[2:] for call in host.calls() if call.startswith("systemctl stop")][-1]
    assert stopped == [
        *("todo@*.service", "todo-worker@*.service", "todo-prune.service", "todo-prune.timer"),
        "todo.service",
    ]


def test_site_without_any_is_removed_as_well(host: Host) -> None:
    host.path("/etc/understudy/todo.units").unlink()

    remove(host)

    assert host.path(f"{UNITS}/todo-worker@.service").exists()
    assert not host.path(f"{UNITS}/todo@.service").exists()
