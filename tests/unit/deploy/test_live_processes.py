"""Processes of the live release are restarted and scaled, and what can't be is refused."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.unit.fakes import config, manifest
from tests.unit.staging import Staging, changes, lines_of
from understudy.config.processes import Process
from understudy.deploy import live_processes
from understudy.errors import ConfigError, Refused
from understudy.host import runs_on
from understudy.job import Job

QUIET = ("kill -HUP", "processes-restart", "processes-scale", "understudy-site shop log")
LIVE = manifest("c0ffee00-live", "2024-02-01T00:00:00+00:00")
RUNS = (
    f"line\t/srv/shop/releases/{LIVE.id}/processes\tworker 2 many 3",
    f"line\t/srv/shop/releases/{LIVE.id}/processes\tbeat 1 single 3",
)


def test_restart_is_one_step_for_each_name(staging: Staging) -> None:
    host = staging.host(staging.facts(*lines_of(LIVE, current=LIVE.id), *RUNS))

    live_processes.restart(staging.job(), ["worker", "beat"], wait=7)

    root = "sudo -n /usr/local/sbin/understudy-site shop"
    assert [note for note in changes(host) if "processes" in note] == [
        f"{root} processes-restart {LIVE.id} worker",
        f"{root} processes-restart {LIVE.id} beat",
    ]
    entry = json.loads(host.sent[0])
    assert (entry["verb"], entry["what"]) == ("restart", "worker beat")
    assert [wait for _, wait in host.holders] == [7]
    assert f"worker, beat of {LIVE.id} restarted on staging (192.0.2.7)" in staging.report.said


def test_workers_of_the_web_process_are_replaced_without_root(staging: Staging) -> None:
    host = staging.host(staging.facts(*lines_of(LIVE, current=LIVE.id), *RUNS))

    live_processes.restart(staging.job(), ["web"])

    [note] = [note for note in changes(host) if "kill -HUP" in note]
    assert note.startswith("shop: ")
    assert note.endswith(f"sh shop@{LIVE.id}.service 90")


def test_scale_says_how_long_it_holds(staging: Staging) -> None:
    host = staging.host(staging.facts(*lines_of(LIVE, current=LIVE.id), *RUNS))

    live_processes.scale(staging.job(), {"worker": 4})

    [note] = [note for note in changes(host) if "processes" in note]
    assert note.endswith(f"shop processes-scale {LIVE.id} worker 4")
    assert staging.report.said == ["worker=4 on staging until the next deploy"]


@pytest.mark.parametrize(
    ("verb", "message"),
    [
        (lambda job: live_processes.restart(job, ["mail"]), "no process called mail"),
        (lambda job: live_processes.restart(job, ["web", "mail"]), "no process called mail"),
        (lambda job: live_processes.scale(job, {"web": 2}), "web is one process with"),
        (lambda job: live_processes.scale(job, {"beat": 2}), "never runs twice"),
    ],
)
def test_what_the_release_does_not_run_changes_nothing(
    verb: Callable[[Job], None], message: str, staging: Staging
) -> None:
    host = staging.host(staging.facts(*lines_of(LIVE, current=LIVE.id), *RUNS))

    with pytest.raises(ConfigError, match=message):
        verb(staging.job())

    assert changes(host) == []


def test_host_without_a_release_has_nothing_to_restart(staging: Staging) -> None:
    staging.host()

    with pytest.raises(Refused, match="no live release"):
        live_processes.restart(staging.job(), ["worker"])


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("prune", "prune is a timer", "timers run prune"),
        ("redis", "redis is a service", "sudo systemctl restart understudy-redis@shop.service"),
        ("rabbitmq", "rabbitmq is a service", "managed elsewhere"),
    ],
)
def test_names_of_other_kinds_are_refused_with_what_to_do(
    name: str, message: str, hint: str
) -> None:
    site = config(
        processes={"worker": {"command": "worker"}},
        timers={"prune": {"command": "prune", "calendar": "daily"}},
        services={"redis": {}, "rabbitmq": {"url_from": "BROKER"}},
    )

    with pytest.raises(ConfigError, match=f"{message} and no process") as raised:
        live_processes.refuse_others(site, ["web", "worker", name])
    live_processes.refuse_others(site, ["web", "worker", "unknown"])

    assert hint in raised.value.hint


def with_roles(staging: Staging, chosen: str | None = None) -> Job:
    """A worker alone, and a web host."""
    hosts = [
        {"address": "192.0.2.1", "roles": ["web", "database"]},
        {"address": "192.0.2.2", "roles": ["worker"]},
    ]
    made = staging.job(app={"database": "postgresql", "media_url": None}, hosts=hosts)
    processes = {"worker": Process(command=("work",))}
    whole = made.config.model_copy(update={"processes": processes})
    return replace(made, config=whole, address=chosen)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["worker"], {"192.0.2.2": ["worker"]}),
        (["web"], {"192.0.2.1": ["web"]}),
        (["web", "worker"], {"192.0.2.1": ["web"], "192.0.2.2": ["worker"]}),
        # The live release may have it, although deploy.yml has not.
        (["mail"], {"192.0.2.1": ["mail"], "192.0.2.2": ["mail"]}),
    ],
)
def test_host_is_asked_for_what_its_roles_run(
    names: list[str], found: dict[str, list[str]], staging: Staging
) -> None:
    hosts = runs_on.running(with_roles(staging), names)

    assert {one.target.address: live_processes.here(one, names) for one in hosts} == found


def test_host_that_has_not_the_role_is_refused(staging: Staging) -> None:
    chosen = with_roles(staging, "192.0.2.1")

    with pytest.raises(
        ConfigError, match=r"192\.0\.2\.1 \(web, database\) does not run worker"
    ) as raised:
        runs_on.running(chosen, ["worker"])
    assert raised.value.hint == "Choose one with --host: 192.0.2.2 (worker)."
