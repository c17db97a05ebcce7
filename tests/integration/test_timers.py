"""Timers on a guest: run, fail, wait for a migration, catch up after a boot, go back. One story, in order."""

import re
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from tests.integration import staging
from tests.integration.guests import guest
from tests.integration.site import Site
from tests.integration.staging import PROJECT, run

pytestmark = pytest.mark.timeout(900)

LOCK = "/srv/todo/locks/migrating"
NOTES = "/srv/todo/shared/database/notes.txt"
GO = "/srv/todo/shared/media/go"
# $0 is the first word after the text: `on_failure` gets the timer's name.
NOTE = "cd /srv/todo/shared/database && echo "
FIRST: dict[str, dict[str, Any]] = {
    "prune": {"command": ["sh", "-c", 'echo "first in $RELEASE"'], "calendar": "*-*-* 03:10"},
    # Until the test lets it end.
    "slow": {
        "command": ["sh", "-c", f"until [ -e {GO} ]; do sleep 0.2; done"],
        "calendar": "daily",
        "timeout": 300,
    },
    "broken": {
        "command": ["sh", "-c", "echo no such table; exit 3"],
        "calendar": "daily",
        "on_failure": ["sh", "-c", f"{NOTE}$0 >>notes.txt"],
    },
}
SECOND: dict[str, dict[str, Any]] = {
    "prune": {**FIRST["prune"], "command": ["sh", "-c", 'echo "second in $RELEASE"']}
}


def change(site: Site, **parts: Any) -> None:
    settings = yaml.safe_load(site.staging.config.read_text())
    settings["app"].update(parts.pop("app", {}))
    site.staging.config.write_text(yaml.safe_dump(settings | parts))


def timer(site: Site, *words: str) -> str:
    """Output of `timers run`, which has to end well."""
    answer = site.staging.deploy_py("timers", "run", *words)
    assert answer.code == 0, answer.text
    return answer.text


def begun(site: Site, *words: str) -> subprocess.Popen[str]:
    return staging.begun(sys.executable, "deploy.py", *words, "--config", site.staging.config)


def wait_until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not what():
        assert time.monotonic() < end
        time.sleep(0.2)


@pytest.fixture(scope="module")
def with_timers(site: Site) -> Site:
    change(site, timers=FIRST)
    assert site.deploy().code == 0
    return site


def test_timer_runs_now_in_the_live_release(with_timers: Site) -> None:
    assert f"first in {with_timers.current()}\n" in timer(with_timers, "prune")


def test_failed_run_has_its_exit_code_its_message_and_its_command(with_timers: Site) -> None:
    answer = with_timers.staging.deploy_py("timers", "run", "broken")
    assert answer.code == 3
    assert "no such table" in answer.text
    assert "timer broken: next run" in (shown := with_timers.staging.deploy_py("status").text)
    assert "FAILED" in shown
    wait_until(lambda: with_timers.staging.host(f"grep -x broken {NOTES}").code == 0)


def test_second_run_at_once_waits_for_the_first(with_timers: Site) -> None:
    host = with_timers.staging.host
    host("systemctl start --no-block todo-slow.service")
    with begun(with_timers, "timers", "run", "slow") as second:
        assert second.stdout
        said = next(line for line in second.stdout if line.startswith("slow "))
        assert said == "slow is running already; this run begins when that one has ended\n"
        host(f"touch {GO}")
        assert second.wait(timeout=120) == 0
    runs = host("journalctl -u todo-slow -o cat | grep -E '^(Starting|Finished)'").text
    both = re.findall("^(Starting|Finished)", runs, re.MULTILINE)[-4:]
    assert both == ["Starting", "Finished"] * 2


def test_run_waits_while_a_deploy_migrates(with_timers: Site) -> None:
    """The deploy also removes the other two timers."""
    migrate = [["sleep", "4"], ["python", "manage.py", "migrate", "--noinput", "-v2"]]
    change(with_timers, timers=SECOND, app={"migrate_commands": migrate})
    host = with_timers.staging.host
    with begun(with_timers, "deploy") as deploy:
        wait_until(lambda: host(f"flock -s -n {LOCK} true").code != 0)
        host("systemctl start --no-block todo-prune.service")
        deploy.communicate(timeout=300)
        assert deploy.returncode == 0
    text = host("journalctl -u todo-prune -o cat | tail -n 5").text
    assert "prune waits: a deploy is at its release commands" in text
    assert "first in" in text, "the switch came later"
    assert f"second in {with_timers.current()}" in timer(with_timers, "prune")


def test_removed_timer_is_gone(with_timers: Site) -> None:
    listed = with_timers.staging.deploy_py("timers").text
    assert "timer prune:" in listed
    assert "broken" not in listed
    assert with_timers.staging.host("ls /etc/systemd/system | grep todo-slow").code == 1
    assert with_timers.staging.host("systemctl list-units --all | grep todo-broken").code == 1


def test_time_that_passed_while_the_host_was_off_is_made_up_for(with_timers: Site) -> None:
    vm = with_timers.staging
    vm.host("touch -d '2 days ago' /var/lib/systemd/timers/stamp-todo-prune.timer; sync")
    before = vm.host("cat /var/lib/understudy-timers/todo/prune").text
    guest(vm).cut_power()
    assert vm.deploy_py("up").code == 0
    wait_until(
        lambda: vm.host("cat /var/lib/understudy-timers/todo/prune").text not in ("", before)
    )


def test_rollback_runs_the_old_releases_command(with_timers: Site) -> None:
    assert with_timers.staging.deploy_py("rollback").code == 0
    assert f"first in {with_timers.current()}" in timer(with_timers, "prune")


def test_host_tests_know_timers(with_timers: Site) -> None:
    test = ("-m", "pytest", "-q", "tests/host/test_timers.py", "--deploy-config")
    answer = run(PROJECT / ".venv/bin/python", *test, with_timers.staging.config)
    assert "2 passed" in answer.text


def test_calendar_that_systemd_can_not_read_touches_no_host(with_timers: Site) -> None:
    change(with_timers, timers={"prune": {**FIRST["prune"], "calendar": "25:00"}})
    answer = with_timers.deploy()
    assert answer.code == 2
    assert "timers.prune.calendar" in answer.text
    assert "got '25:00'" in answer.text
