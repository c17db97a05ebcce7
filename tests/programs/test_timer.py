"""/usr/local/lib/understudy/timer runs a command of the live release, but not while a deploy migrates."""

import fcntl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.programs.root_programs import Host, make_host

TIMER = "usr/local/lib/understudy/timer"
ENDED = "usr/local/lib/understudy/timer-ended"
PROCESS = """
case "$*" in
prune) echo "prunes in $(basename "$(dirname "$0")")" ;;
slow) exec sleep 60 ;;
stubborn) trap : TERM INT; while :; do sleep 1; done ;;
broken) echo "no such table" >&2; exit 3 ;;
own) exit 124 ;;
*" failed") echo "reported $1" ;;
esac
"""


@pytest.fixture
def host(tmp_path: Path) -> Host:
    made = make_host(tmp_path)
    made.path("/srv/todo/locks").mkdir()
    made.path("/srv/todo/locks/migrating").touch()
    for release in ("r1", "r2"):
        add_release(made, release)
    switch(made, "r1")
    return made


def add_release(host: Host, release: str) -> None:
    directory = host.path(f"/srv/todo/releases/{release}")
    directory.mkdir(parents=True)
    program = directory / "process"
    program.write_text(f"#!/bin/sh{PROCESS}")
    program.chmod(0o755)
    (directory / "timers").write_text("prune\nslow\nstubborn\nbroken\nown\n")


def switch(host: Host, release: str) -> None:
    current = host.path("/srv/todo/current")
    current.unlink(missing_ok=True)
    current.symlink_to(host.path(f"/srv/todo/releases/{release}"))


def start(host: Host, name: str, then: str = "10") -> subprocess.Popen[str]:
    words = [str(host.path(TIMER)), "todo", name, then]
    return subprocess.Popen(words, stdout=-1, stderr=subprocess.STDOUT, text=True)


def run(host: Host, name: str, then: str = "10") -> tuple[int, str]:
    process = start(host, name, then)
    output, _ = process.communicate(timeout=30)
    return process.returncode, output


@contextmanager
def migrating(host: Host) -> Iterator[None]:
    with host.path("/srv/todo/locks/migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def test_runs_in_the_release_that_is_live_by_then(host: Host) -> None:
    assert run(host, "prune") == (0, "prunes in r1\n")
    switch(host, "r2")
    assert run(host, "prune") == (0, "prunes in r2\n")


def test_waits_while_a_deploy_migrates_and_runs_the_new_release(host: Host) -> None:
    with migrating(host):
        # As long as its own limit, which the wait does not count for.
        process = start(host, "prune", "1")
        time.sleep(1.5)
        assert process.poll() is None
        switch(host, "r2")
    output, _ = process.communicate(timeout=10)
    assert output.splitlines() == [
        "prune waits: a deploy is at its release commands and migrations",
        "prunes in r2",
    ]


def test_does_not_hold_up_a_deploy(host: Host) -> None:
    process = start(host, "slow", "20")
    time.sleep(0.5)
    assert process.poll() is None
    with host.path("/srv/todo/locks/migrating").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    process.terminate()
    # Its own child may still have the output.
    process.wait()
    assert process.stdout
    process.stdout.close()


def test_host_of_an_earlier_provisioning_has_no_lock(host: Host) -> None:
    host.path("/srv/todo/locks/migrating").unlink()
    assert run(host, "prune")[0] == 0


@pytest.mark.parametrize("listed", ["", "prun\nprunes\n"])
def test_release_without_the_timer_ends_well_and_says_so(host: Host, listed: str) -> None:
    host.path("/srv/todo/releases/r1/timers").write_text(listed)
    message = "prune has not run: the live release, r1, has no such timer\n"
    assert run(host, "prune") == (0, message)


def test_release_from_before_timers_ends_well(host: Host) -> None:
    host.path("/srv/todo/releases/r1/timers").unlink()
    assert "has no such timer" in run(host, "prune")[1]


def test_site_without_a_release_ends_well(host: Host) -> None:
    host.path("/srv/todo/current").unlink()
    assert run(host, "prune") == (0, "prune has not run: no release of todo is live\n")


def test_ends_as_the_command_does(host: Host) -> None:
    assert run(host, "broken") == (3, "no such table\n")
    assert run(host, "own") == (124, "")


@pytest.mark.parametrize("name", ["slow", pytest.param("stubborn", marks=pytest.mark.timeout(40))])
def test_run_that_takes_too_long_is_ended(host: Host, name: str) -> None:
    code, output = run(host, name, "1")
    assert code in (124, 137)
    assert f"{name} had not ended after 1 s and was killed: timers.{name}.timeout" in output


def test_failure_has_a_command_of_its_own(host: Host) -> None:
    assert run(host, "prune", "failed") == (0, "reported prune\n")


class TestEnded:
    @staticmethod
    def record(host: Host, result: str, status: str) -> list[str]:
        environment = {"SERVICE_RESULT": result, "EXIT_STATUS": status, "PATH": "/usr/bin:/bin"}
        subprocess.run([host.path(ENDED), "todo", "prune"], check=True, env=environment)
        return host.path("/var/lib/understudy-timers/todo/prune").read_text().split()

    def test_records_since_when_a_timer_fails(self, host: Host) -> None:
        first = self.record(host, "exit-code", "3")
        time.sleep(1.1)
        second = self.record(host, "timeout", "TERM")
        assert [first[:2], second[:2]] == [["exit-code", "3"], ["timeout", "TERM"]]
        assert first[2] == first[3] == second[3] != second[2]

    def test_success_ends_that(self, host: Host) -> None:
        self.record(host, "exit-code", "3")
        assert self.record(host, "success", "0")[3] == "0"

    def test_record_that_is_broken_is_replaced(self, host: Host) -> None:
        file = host.path("/var/lib/understudy-timers/todo/prune")
        file.parent.mkdir(parents=True)
        file.write_text("")
        assert self.record(host, "success", "0")[0] == "success"


def test_timer_that_is_removed_leaves_no_record_once_that_is_confirmed(tmp_path: Path) -> None:
    host = make_host(tmp_path)
    stamps, records = (
        host.path(f"/var/lib/{place}") for place in ("systemd/timers", "understudy-timers/todo")
    )
    for directory, end in ((stamps, ".timer"), (records, "")):
        directory.mkdir(parents=True)
        for name in ("prune", "mail"):
            prefix = "stamp-todo-" if end else ""
            (directory / f"{prefix}{name}{end}").touch()
    saved = host.path("/var/lib/understudy/todo/undo") / str(host.path("/etc/understudy"))[1:]
    listed = host.path("/etc/understudy")
    for directory, names in ((saved, ("prune", "mail")), (listed, ("mail",))):
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "todo.units").write_text("".join(f"todo-{name}.timer\n" for name in names))

    host.done("confirm")

    assert [file.name for file in records.iterdir()] == ["mail"]
    assert [file.name for file in stamps.iterdir()] == ["stamp-todo-mail.timer"]
    assert "systemctl reset-failed todo-prune.service" in host.calls()
