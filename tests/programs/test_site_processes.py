"""understudy-site starts, hands over and ends the processes of releases, by a model of systemd."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.programs.model_systemd import Systemd, add_release
from tests.programs.root_programs import Host, make_host
from tests.programs.site_config import rendered_process
from understudy.commands import site_processes

INSTALLED = ("worker", "beat")
BOTH = ("worker 2 many 1", "beat 1 single 1")


@pytest.fixture
def host(tmp_path: Path) -> Host:
    made = make_host(tmp_path)
    for name in INSTALLED:
        unit = made.path(f"/etc/systemd/system/todo-{name}@.service")
        unit.write_text(rendered_process(name, {"start_timeout": 3}, single=name == "beat"))
    made.path("/etc/understudy/todo.units").write_text("todo-beat@.service\ntodo-worker@.service\n")
    made.fake("journalctl", '[ "$1" = --sync ] || echo "Traceback: boom"')
    # As the app's user, which this machine does not have.
    made.fake("setpriv", 'while :; do case $1 in --*) shift ;; *) exec "$@" ;; esac; done')
    add_release(made, "r1", BOTH)
    add_release(made, "r2", BOTH)
    return made


@pytest.fixture
def systemd(host: Host) -> Systemd:
    return Systemd(host)


def fails(host: Host, *words: str) -> str:
    """What a verb prints that has failed."""
    answer = host.run(*words)
    assert answer.returncode == 1, answer
    return answer.stdout.decode()


def test_all_that_may_run_twice_starts_at_once_beside_the_old(host: Host, systemd: Systemd) -> None:
    host.done("processes-start", "r1")
    systemd.calls()
    host.done("processes-start", "r2")

    assert systemd.running == {"worker@r1", "worker@r1.2", "worker@r2", "worker@r2.2"}
    assert systemd.calls() == [
        "systemctl start --no-block todo-worker@r2.service todo-worker@r2.2.service"
    ]


def test_release_without_processes_is_no_work(host: Host, systemd: Systemd) -> None:
    (host.path("/srv/todo/releases/r1/processes")).unlink()
    for verb in ("start", "hand-over", "check", "stop", "end"):
        host.done(f"processes-{verb}", "r1")
    host.path("/etc/understudy/todo.units").unlink()
    host.done("processes-end", "r1")
    host.done("processes-stop", "r1")
    assert systemd.running == set()


def test_processes_run_for_the_seconds_that_ready_says(host: Host, systemd: Systemd) -> None:
    began = time.monotonic()
    host.done("processes-start", "r1")
    assert time.monotonic() - began >= 1


ENDED = {"ActiveState": "activating", "SubState": "auto-restart", "ExecMainCode": 1}


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (ENDED | {"ExecMainStatus": 127}, "exit status 127: a command was not found"),
        (ENDED | {"ExecMainStatus": 126}, "exit status 126: a command can't be executed"),
        (ENDED | {"ExecMainStatus": 226}, "exit status 226, one of systemd's own"),
        (ENDED | {"ExecMainStatus": 3}, "it ended by itself with exit status 3"),
        (ENDED | {"ExecMainStatus": 0}, "It has to run until it is stopped"),
        (ENDED | {"ExecMainCode": 2, "ExecMainStatus": 11}, "it was ended by signal 11"),
        (ENDED | {"Result": "oom-kill"}, "more memory than it may: memory_max"),
        (ENDED | {"Result": "timeout"}, "it has not notified systemd within 3 s"),
        (ENDED | {"Result": "protocol"}, "it ended before it had notified systemd"),
        ({"NRestarts": 1}, "it ended and was restarted"),
        ({"ActiveState": "inactive"}, "it was stopped, or systemd could not start it"),
    ],
)
def test_one_that_ends_is_named_with_its_journal_and_all_that_were_started_end(
    state: dict[str, object], why: str, host: Host, systemd: Systemd
) -> None:
    host.done("processes-start", "r1")
    systemd.begins("worker@r2.2", **state)

    said = fails(host, "processes-start", "r2")

    assert said.startswith("worker 2 of release r2: ")
    assert why in said
    assert "    Traceback: boom\n" in said
    assert systemd.running == {"worker@r1", "worker@r1.2"}


@pytest.mark.parametrize(("unit", "title"), [("worker@r2.2", "worker 2"), ("beat@r2", "beat")])
def test_one_that_ends_after_it_was_ready_is_found(
    unit: str, title: str, host: Host, systemd: Systemd
) -> None:
    host.done("processes-start", "r2")
    host.done("processes-hand-over", "r2")
    host.done("processes-check", "r2")

    systemd.becomes(unit, **ENDED, ExecMainStatus=3)

    said = fails(host, "processes-check", "r2")
    assert said.startswith(f"{title} of release r2: it ended by itself with exit status 3\n")
    assert "    Traceback: boom\n" in said
    systemd.becomes(
        unit,
        ActiveState="active",
        SubState="running",
        NRestarts=1,
        ExecMainCode=0,
        ExecMainStatus=0,
    )
    assert "it ended and was restarted" in fails(host, "processes-check", "r2")


def test_one_that_goes_to_the_background_is_recognized(host: Host, systemd: Systemd) -> None:
    systemd.begins("worker@r1", **ENDED)
    killed = "todo-worker@r1.service: Killing process 7 (celery) with signal SIGKILL."
    host.fake("journalctl", f'echo "{killed}"')

    assert "it has to stay in the foreground" in fails(host, "processes-start", "r1")


def test_what_ran_before_goes_on_if_another_fails(host: Host, systemd: Systemd) -> None:
    systemd.begins("worker@r1.2", **ENDED)
    fails(host, "processes-restart", "r1", "worker")
    assert systemd.running == {"worker@r1"}

    fails(host, "processes-start", "r1")

    assert systemd.running == {"worker@r1"}


def test_single_process_is_handed_over_and_its_old_one_ends_first(
    host: Host, systemd: Systemd
) -> None:
    host.done("processes-hand-over", "r1")
    systemd.calls()

    host.done("processes-hand-over", "r2")

    assert systemd.running == {"beat@r2"}
    assert systemd.calls() == [
        "systemctl stop todo-beat@r1.service",
        "systemctl start --no-block todo-beat@r2.service",
    ]
    host.done("processes-hand-over", "r2")
    assert systemd.calls() == []


def test_single_process_that_is_not_ready_goes_back(host: Host, systemd: Systemd) -> None:
    host.done("processes-hand-over", "r1")
    systemd.begins("beat@r2", **ENDED | {"ExecMainStatus": 1})

    said = fails(host, "processes-hand-over", "r2")

    assert said.startswith("beat of release r2: it ended by itself with exit status 1")
    assert said.endswith("beat of release r1 was started again\n")
    assert systemd.running == {"beat@r1"}


def test_all_that_were_handed_over_go_back_with_the_one_that_fails(
    host: Host, systemd: Systemd
) -> None:
    for release in ("r1", "r2"):
        list_file = host.path(f"/srv/todo/releases/{release}/processes")
        list_file.write_text("beat 1 single 1\nworker 1 single 1\n")
    host.done("processes-hand-over", "r1")
    systemd.begins("worker@r2", **ENDED)

    fails(host, "processes-hand-over", "r2")

    assert systemd.running == {"beat@r1", "worker@r1"}


def test_first_single_process_has_none_to_go_back_to(host: Host, systemd: Systemd) -> None:
    """systemctl without a unit would take all of the host."""
    systemd.begins("beat@r1", **ENDED)

    fails(host, "processes-hand-over", "r1")

    assert systemd.running == set()
    assert not [
        call for call in host.calls() if call in ("systemctl reset-failed", "systemctl stop")
    ]


def test_process_that_was_many_and_is_single_now_is_handed_over(
    host: Host, systemd: Systemd
) -> None:
    host.done("processes-start", "r1")
    host.path("/srv/todo/releases/r2/processes").write_text("worker 1 single 1\n")

    host.done("processes-hand-over", "r2")

    assert systemd.running == {"worker@r2"}


STUBBORN = {"ActiveState": "failed", "SubState": "failed", "Result": "timeout"}


@pytest.mark.parametrize("verb", ["processes-stop", "processes-hand-over"])
def test_one_that_ignores_its_signal_is_reported(verb: str, host: Host, systemd: Systemd) -> None:
    host.done("processes-hand-over", "r1")
    systemd.ends("beat@r1", **STUBBORN)

    said = host.done(verb, "r1" if verb == "processes-stop" else "r2")

    ended, *journal = said.splitlines()
    assert ended.startswith(f"beat of release r1 {site_processes.KILLED}")
    assert journal == ["    Traceback: boom"]


def test_end_waits_for_nothing_and_takes_all_that_the_site_has(
    host: Host, systemd: Systemd
) -> None:
    host.done("processes-start", "r1")
    host.done("processes-hand-over", "r1")
    # The release's own list may be gone.
    (host.path("/srv/todo/releases/r1/processes")).unlink()
    systemd.calls()

    host.done("processes-end", "r1")

    assert systemd.running == set()
    assert systemd.calls() == [
        "systemctl stop --no-block todo-beat@r1.service todo-beat@r1.*.service "
        "todo-worker@r1.service todo-worker@r1.*.service"
    ]


def test_release_whose_id_begins_with_that_of_another_goes_on(host: Host, systemd: Systemd) -> None:
    add_release(host, "r1-x", BOTH)
    host.done("processes-start", "r1-x")
    host.done("processes-start", "r1")

    host.done("processes-stop", "r1")

    assert systemd.running == {"worker@r1-x", "worker@r1-x.2"}


def test_command_for_ready_is_asked_until_it_succeeds(host: Host, systemd: Systemd) -> None:
    asked = host.path("/asked")
    program = f'echo "$*" >>{asked}; [ "$(wc -l <{asked})" -gt 1 ] || {{ echo no broker; exit 1; }}'
    add_release(host, "r3", ["worker 2 many command"], program)

    host.done("processes-start", "r3")

    assert asked.read_text() == "worker ready\nworker ready\n"
    [call] = {call for call in host.calls() if call.startswith("setpriv")}
    assert call.startswith("setpriv --reuid=todo --regid=todo --init-groups --reset-env")


def test_command_for_ready_that_never_succeeds_is_shown(host: Host, systemd: Systemd) -> None:
    add_release(host, "r3", ["worker 1 many command"], "echo no broker; exit 1")

    said = fails(host, "processes-start", "r3")

    assert "its command for ready has not succeeded within 3 s, and has printed: no broker" in said
    assert systemd.running == set()


def test_command_for_ready_that_hangs_is_ended(host: Host, systemd: Systemd) -> None:
    add_release(host, "r3", ["worker 1 many command"], "exec sleep 60")
    began = time.monotonic()
    fails(host, "processes-start", "r3")
    assert time.monotonic() - began < 30


def test_one_that_waits_for_a_lock_is_not_ready_and_the_holder_is_named(
    host: Host, systemd: Systemd
) -> None:
    """Such as one that was started by hand, of which systemd does not know."""
    lock = host.path("/srv/todo/locks/beat")
    lock.parent.mkdir()
    lock.touch()
    words = ["flock", "--no-fork", str(lock), "sleep", "60"]
    with subprocess.Popen(words) as holder:
        wait_until(lambda: comm(holder.pid) == "sleep")
        with subprocess.Popen(words) as waiting:
            systemd.begins("beat@r1", MainPID=waiting.pid)
            said = fails(host, "processes-hand-over", "r1")
            waiting.kill()
        holder.kill()

    assert f"which another process has: {holder.pid} (sleep 60 )" in said
    assert systemd.running == set()


def comm(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


class TestScale:
    def test_starts_and_ends_as_many_as_asked_for(self, host: Host, systemd: Systemd) -> None:
        host.done("processes-start", "r1")
        host.done("processes-scale", "r1", "worker", "4")
        assert systemd.running == {"worker@r1", "worker@r1.2", "worker@r1.3", "worker@r1.4"}

        host.done("processes-scale", "r1", "worker", "1")
        assert systemd.running == {"worker@r1"}

    def test_holds_at_a_boot_and_ends_with_the_next_deploy(
        self, host: Host, systemd: Systemd
    ) -> None:
        host.done("processes-scale", "r1", "worker", "3")
        host.done("processes-stop", "r1")
        host.path("/srv/todo/current").symlink_to("releases/r1")

        host.done("boot")
        assert systemd.running == {"worker@r1", "worker@r1.2", "worker@r1.3", "beat@r1"}

        host.done("processes-stop", "r1")
        host.done("processes-start", "r1")
        assert systemd.running == {"worker@r1", "worker@r1.2"}

    def test_boot_starts_the_web_process_only_where_visitors_come(
        self, host: Host, systemd: Systemd
    ) -> None:
        host.path("/srv/todo/current").symlink_to("releases/r1")
        host.done("boot")
        assert "systemctl start --no-block todo@r1.service" in systemd.calls()

        host.path("/etc/understudy/todo.no-web").write_text("")
        host.done("boot")

        assert "systemctl start --no-block todo@r1.service" not in systemd.calls()
        assert {"worker@r1", "beat@r1"} <= systemd.running

    def test_is_of_one_release(self, host: Host, systemd: Systemd) -> None:
        host.done("processes-scale", "r1", "worker", "3")
        host.path("/srv/todo/current").symlink_to("releases/r2")
        host.done("processes-stop", "r1")

        host.done("boot")

        assert systemd.running == {"worker@r2", "worker@r2.2", "beat@r2"}

    def test_never_runs_a_single_one_twice(self, host: Host, systemd: Systemd) -> None:
        assert "beat is single" in host.refused("processes-scale", "r1", "beat", "2")
        assert systemd.running == set()


def test_restart_is_of_one_name(host: Host, systemd: Systemd) -> None:
    host.done("processes-start", "r1")
    systemd.calls()

    host.done("processes-restart", "r1", "worker")

    assert systemd.calls() == ["systemctl restart todo-worker@r1.service todo-worker@r1.2.service"]


@pytest.mark.parametrize(
    "words",
    [
        *(["start", "../r1"], ["hand-over", ""], ["end", "r1", "r2"], ["stop", "-r"], ["start"]),
        *(["restart", "r1", "../x"], ["restart", "r1", "-x"], ["restart", "r1", "nope"]),
        *(["scale", "r1", "worker", count] for count in ("0", "65", "-1", "1x", "", "007", "999")),
        *(["scale", "r1", "nope", "2"], ["scale", "r1", "worker", "2", "3"], ["kill", "r1"]),
    ],
)
def test_other_arguments_are_refused_and_nothing_is_done(
    words: list[str], host: Host, systemd: Systemd
) -> None:
    assert host.run(f"processes-{words[0]}", *words[1:]).returncode != 0
    assert systemd.calls() == []


def test_unit_that_is_not_the_sites_own_is_left_alone(host: Host, systemd: Systemd) -> None:
    """The site todo may not start or end what runs of a site todo-api."""
    host.path("/srv/todo/releases/r1/processes").write_text("api 1 many 1\n")
    for verb in ("start", "hand-over", "stop"):
        assert "api: its unit is not installed" in host.refused(f"processes-{verb}", "r1")
    assert systemd.calls() == []


@pytest.mark.parametrize(
    "text",
    ["root:x:0:0:secret\n", "worker 2 many 1; id\n", "worker 2 many\n", "../x 1 many 1\n"],
)
def test_nothing_is_shown_of_a_list_that_is_none(text: str, host: Host, tmp_path: Path) -> None:
    """It may be another file."""
    host.path("/srv/todo/releases/r1/processes").write_text(text)
    said = host.refused("processes-start", "r1")
    assert "a line is not a process" in said
    assert text.split()[0] not in said.replace("/processes", "")

    (tmp_path / "shadow").write_text("worker 1 many 1\n")
    host.path("/srv/todo/releases/r1/processes").unlink()
    host.path("/srv/todo/releases/r1/processes").symlink_to(tmp_path / "shadow")
    assert "not an ordinary file" in host.refused("processes-start", "r1")


def test_hand_over_ends_its_work_though_its_connection_breaks(host: Host, systemd: Systemd) -> None:
    host.done("processes-hand-over", "r1")
    systemd.take(1)
    systemd.ends("beat@r1", **STUBBORN)
    process = host.start("processes-hand-over", "r2")
    wait_until(lambda: any("stop todo-beat@r1" in call for call in host.calls()))

    for pipe in (process.stdin, process.stdout, process.stderr):
        assert pipe
        pipe.close()
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGPIPE):
        os.kill(process.pid, number)

    assert process.wait(30) == 0
    assert systemd.running == {"beat@r2"}


def test_hand_over_that_fails_goes_back_though_its_connection_breaks(
    host: Host, systemd: Systemd
) -> None:
    host.done("processes-hand-over", "r1")
    systemd.begins("beat@r2", **ENDED)
    process = host.start("processes-hand-over", "r2")
    for pipe in (process.stdin, process.stdout, process.stderr):
        assert pipe
        pipe.close()

    assert process.wait(30) == 1
    assert systemd.running == {"beat@r1"}


def test_two_that_meet_work_one_after_the_other(host: Host, systemd: Systemd) -> None:
    host.done("processes-hand-over", "r1")
    systemd.take(0.5)
    systemd.calls()
    both = [host.start("processes-hand-over", release) for release in ("r2", "r1", "r2")]

    outputs = [process.communicate(timeout=60)[0].decode() for process in both]

    assert [process.returncode for process in both] == [0, 0, 0], outputs
    assert any("waiting for another command" in said for said in outputs)
    assert len(systemd.running) == 1
    running = {"todo-beat@r1.service"}
    for call in systemd.calls():
        _, verb, *_, unit = call.split()
        (running.add if verb == "start" else running.discard)(unit)
        assert len(running) <= 1, "two at once"


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(300):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError


PROCESS = "/usr/local/lib/understudy/process"


def test_kernel_lets_one_single_process_run_and_the_next_waits(host: Host, tmp_path: Path) -> None:
    """Also while only a child of the first one is left."""
    for release in ("r8", "r9"):
        program = f"echo {release} begins >>{tmp_path}/said; sleep 600 & echo $! >{tmp_path}/child.{release}"
        add_release(host, release, ["beat 1 single 1"], program)
    host.path("/srv/todo/locks").mkdir()
    host.path("/srv/todo/locks/beat").touch()
    said = tmp_path / "said"

    subprocess.run([host.path(PROCESS), "todo", "beat", "r8", "single"], check=True)
    second = subprocess.Popen([host.path(PROCESS), "todo", "beat", "r9", "single"])
    time.sleep(0.5)
    assert said.read_text() == "r8 begins\n"
    # By this, understudy-site sees that it waits.
    assert Path(f"/proc/{second.pid}/comm").read_text() == "flock\n"
    os.kill(int((tmp_path / "child.r8").read_text()), signal.SIGKILL)

    assert second.wait(30) == 0
    assert said.read_text() == "r8 begins\nr9 begins\n"
    os.kill(int((tmp_path / "child.r9").read_text()), signal.SIGKILL)


def test_more_of_a_process_run_the_same_release_without_a_lock(host: Host) -> None:
    add_release(host, "r9", ["worker 2 many 1"], 'echo "$(basename "$(dirname "$0")") $*"')
    for instance in ("r9", "r9.2"):
        words = [str(host.path(PROCESS)), "todo", "worker", instance, "many"]
        assert subprocess.run(words, capture_output=True, text=True).stdout == "r9 worker\n"
