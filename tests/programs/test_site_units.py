"""understudy-site installs and undoes the units of processes and timers with the site's other files."""

from pathlib import Path

import pytest

from tests.programs.root_programs import Host, make_host
from tests.programs.site_config import rendered_nginx, rendered_process, rendered_unit
from tests.programs.test_site_unit import unit_text

LIST = "/etc/understudy/todo.units"
UNITS = "/etc/systemd/system"
WANTED = f"{UNITS}/timers.target.wants/todo-prune.timer"
WORKER, BEAT = "todo-worker@.service", "todo-beat@.service"
TIMER = ("todo-prune.service", "todo-prune.timer")


@pytest.fixture
def host(tmp_path: Path) -> Host:
    made = make_host(tmp_path)
    made.path("/srv/todo/cache/files").mkdir(parents=True)
    made.path("/srv/todo/locks").mkdir()
    made.path("/srv/todo/locks").chmod(0o755)
    stage(made)
    return made


def stage(host: Host, *units: str, more: str = "") -> None:
    """Lays out the files of a deploy with those units. more: a line in each."""
    staged = host.path("/srv/todo/cache/files")
    (staged / "todo.nginx").write_text(rendered_nginx())
    (staged / "todo@.service").write_text(rendered_unit())
    (staged / "todo.units").write_text("".join(f"{unit}\n" for unit in units))
    for unit in units:
        text = rendered_process("beat", single=True) if unit == BEAT else unit_text(unit)
        (staged / unit).write_text(text + more)


def found(host: Host) -> dict[str, str]:
    """The site's units on the host, besides that of the web process."""
    files = host.path(UNITS).glob("todo-*")
    return {file.name: file.read_text() for file in files}


def listed(host: Host) -> list[str]:
    return host.path(LIST).read_text().split()


def systemctl(host: Host) -> list[str]:
    """Its calls about units since the last time."""
    return [
        call
        for call in host.calls()
        if call.startswith("systemctl") and "nginx" not in call and "undo" not in call
    ]


def test_units_are_installed_and_listed_and_timers_run(host: Host) -> None:
    stage(host, WORKER, *TIMER)

    host.done("install", "r1")

    assert sorted(found(host)) == listed(host) == sorted((WORKER, *TIMER))
    assert found(host)[WORKER] == rendered_process()
    assert host.path(LIST).stat().st_mode & 0o777 == 0o644
    assert host.path(WANTED).resolve() == host.path(f"{UNITS}/todo-prune.timer")
    assert systemctl(host) == ["systemctl daemon-reload", "systemctl restart todo-prune.timer"]


def test_units_are_verified_as_instances_of_the_release(host: Host) -> None:
    stage(host, WORKER, *TIMER)
    host.fake("systemd-analyze", 'shift 3; for file; do test -e "$file"; done')

    host.done("install", "r1")

    [verified] = [call for call in host.calls() if call.startswith("systemd-analyze")]
    names = [Path(word).name for word in verified.split()[4:]]
    assert names == ["todo@r1.service", *TIMER, "todo-worker@r1.service"]


def test_site_without_any_has_no_list(host: Host) -> None:
    host.done("install", "r1")
    host.path("/srv/todo/cache/files/todo.units").unlink()
    host.done("install", "r1")

    assert not host.path(LIST).exists()
    assert systemctl(host) == []


@pytest.mark.parametrize("how", ["undo", "boot"])
def test_undo_brings_back_the_units_of_before(how: str, host: Host) -> None:
    stage(host, WORKER, *TIMER)
    host.done("install", "r1")
    host.done("confirm")
    before = found(host)
    stage(host, BEAT, WORKER, more="# new\n")
    host.done("install", "r2")
    assert listed(host) == [BEAT, WORKER]
    assert not host.path(WANTED).is_symlink()
    stage(
        host, BEAT, "todo-prune.service", "todo-prune.timer", "todo-mail@.service", more="# newer\n"
    )
    (host.path("/srv/todo/cache/files/todo-mail@.service")).write_text(rendered_process("mail"))
    host.done("install", "r3")
    host.calls()

    host.done(how)

    assert found(host) == before
    assert listed(host) == sorted(before)
    assert host.path(WANTED).is_symlink()
    calls = systemctl(host)
    assert calls[:2] == ["systemctl daemon-reload", "systemctl restart --no-block todo-prune.timer"]


def test_undo_of_the_first_units_leaves_none_and_stops_their_timers(host: Host) -> None:
    stage(host, WORKER, *TIMER)
    host.done("install", "r1")
    host.calls()

    host.done("undo")

    assert found(host) == {}
    assert not host.path(LIST).exists()
    assert not host.path(WANTED).is_symlink()
    assert systemctl(host) == ["systemctl stop todo-prune.timer", "systemctl daemon-reload"]


def test_timer_that_is_listed_no_more_is_stopped_and_removed(host: Host) -> None:
    stage(host, *TIMER)
    host.done("install", "r1")
    host.calls()
    stage(host)

    host.done("install", "r2")

    assert (found(host), listed(host), host.path(WANTED).is_symlink()) == ({}, [], False)
    assert systemctl(host) == ["systemctl stop todo-prune.timer", "systemctl daemon-reload"]


def test_process_that_is_listed_no_more_stays_while_a_release_has_it(host: Host) -> None:
    stage(host, BEAT, WORKER)
    host.done("install", "r1")
    for release, lines in {"r1": "worker 2 many 3\n", "r2": "other 1 many worker\n"}.items():
        host.path(f"/srv/todo/releases/{release}").mkdir(parents=True)
        host.path(f"/srv/todo/releases/{release}/processes").write_text(lines)
    stage(host)

    host.done("install", "r2")
    assert listed(host) == list(found(host)) == [WORKER]

    host.path("/srv/todo/releases/r1/processes").unlink()
    host.done("install", "r2")
    assert listed(host) == list(found(host)) == []


def test_lock_of_a_process_is_made_once(host: Host) -> None:
    stage(host, BEAT)
    host.done("install", "r1")
    lock = host.path("/srv/todo/locks/beat")
    first = lock.stat()
    assert first.st_mode & 0o777 == 0o640

    host.done("install", "r2")

    assert lock.stat().st_ino == first.st_ino


def test_no_lock_is_made_in_a_directory_that_is_the_deployers(host: Host, tmp_path: Path) -> None:
    (tmp_path / "etc/own").mkdir(mode=0o755)
    host.path("/srv/todo/locks").rmdir()
    host.path("/srv/todo/locks").symlink_to(tmp_path / "etc/own")
    stage(host, BEAT)

    assert "is not the directory that provisioning made" in host.refused("install", "r1")
    assert list((tmp_path / "etc/own").iterdir()) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("../../../etc/passwd", "a line is not a name of a unit"),
        ("ssh.service", "a line is not a name of a unit"),
        ("todo-../x@.service", "a line is not a name of a unit"),
        ("todo-x y@.service", "a line is not a name of a unit"),
        ("todo-web@.service", "is not a name of a unit of todo"),
        ("todo-missing@.service", "not an ordinary file"),
    ],
)
def test_list_with_another_name_is_refused(line: str, said: str, host: Host) -> None:
    staged = host.path("/srv/todo/cache/files")
    (staged / "todo.units").write_text(f"{line}\n")
    (staged / "todo-web@.service").write_text(rendered_process())

    assert said in host.refused("install", "r1")
    assert host.calls() == []


@pytest.mark.parametrize(
    "taken",
    [
        *("etc/systemd/system/todo-worker.service", "etc/systemd/system/todo-worker@.service"),
        *("run/systemd/transient/todo-worker.timer", "usr/local/lib/systemd/system/todo-worker.timer"),
    ],
)  # fmt: skip
def test_name_of_another_sites_or_programs_unit_is_refused(taken: str, host: Host) -> None:
    host.path(taken).parent.mkdir(parents=True, exist_ok=True)
    host.path(taken).touch()
    stage(host, WORKER)

    assert "belongs to another site or program" in host.refused("install", "r1")
    assert host.calls() == []


def test_own_units_are_no_others(host: Host) -> None:
    stage(host, WORKER, *TIMER)
    host.done("install", "r1")
    host.done("install", "r1")


def test_unit_with_more_rights_is_not_installed(host: Host) -> None:
    stage(host, WORKER, more="[Service]\nExecStartPre=+/bin/sh\n")

    assert "ExecStartPre" in host.refused("install", "r1")
    assert host.calls() == []
