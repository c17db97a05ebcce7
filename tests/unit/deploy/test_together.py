"""Hosts that share their data go live together, or none does."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.cluster import (
    APART,
    APP,
    FIRST,
    HOSTS,
    SECOND,
    Applies,
    Cluster,
    Fault,
    Killed,
    cluster,
)
from tests.unit.fakes import manifest
from tests.unit.plans import NEW, OLD
from tests.unit.staging import Staging
from understudy.deploy import switch, together
from understudy.errors import StepFailed, Stopped
from understudy.host.actions import Action, Meet
from understudy.report import timeline

SITES = (FIRST, SECOND)
SWITCH = f"switch to {NEW}"
START = f"start release {NEW} beside the live one and check its health"
CHECK = "check health through nginx"
RECORD = f"record {NEW} as live"
HAND_OVER = f"hand over to {NEW}: beat"


Hosts = Sequence[Mapping[str, Any]]


def failing(where: str, what: str) -> Fault:
    def fault(host: str, title: str) -> None:
        if (host, title) == (where, what):
            raise StepFailed(f"{title}: failed")

    return fault


def killed_at(number: int) -> Fault:
    """After so many actions of all hosts."""
    counted = [0]

    def fault(host: str, title: str) -> None:
        counted[0] += title.startswith("after ")
        if counted[0] > number:
            raise Killed

    return fault


def slow(where: str) -> Fault:
    def fault(host: str, title: str) -> None:
        if host == where:
            time.sleep(0.001)

    return fault


def both(*faults: Fault) -> Fault:
    def fault(host: str, title: str) -> None:
        for one in faults:
            one(host, title)

    return fault


def titles(site: Cluster, host: str) -> list[str]:
    return [one.title for one in site.plan(host) if not isinstance(one, Meet)]


def all_steps(site: Cluster) -> list[tuple[str, str]]:
    return [(host, title) for host in SITES for title in titles(site, host)]


def at(site: Cluster, host: str, title: str) -> int:
    return site.log.index((host, title))


def processes(site: Cluster) -> list[str]:
    state = site.hosts[FIRST].state
    return sorted(f"{one.name} {one.release}" for one in state.processes if one.is_alive)


def of(release: str) -> list[str]:
    return [f"beat {release}", f"worker {release}", f"worker {release}"]


def assert_finished(site: Cluster) -> None:
    assert site.live == [NEW, NEW]
    assert processes(site) == of(NEW)
    assert [site.plan(host) for host in SITES] == [[], []]


def assert_as_before(site: Cluster, *, but: str = "") -> None:
    """but: a host that may have the new web process left, which is live nowhere."""
    assert site.live == [OLD, OLD]
    assert processes(site) == of(OLD)
    for name, host in site.hosts.items():
        web = {OLD} if site.desired[name].target.is_web else set()
        assert name == but or host.state.running == web
        assert NEW not in host.state.served, "a rollback would go to it"


def test_none_switches_before_all_are_ready(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    for late in SITES:
        site = cluster(staging)

        ended = site.run(staging, monkeypatch, slow(late))

        assert ended == {FIRST: None, SECOND: None}
        assert_finished(site)
        switches = [at(site, host, SWITCH) for host in SITES]
        for host in SITES:
            ready = at(site, host, f"check {NEW} through nginx as 4 visitors at once")
            assert ready < at(site, FIRST, HAND_OVER) < min(switches)
            assert max(switches) < at(site, host, RECORD)
            assert max(at(site, one, CHECK) for one in SITES) < at(site, host, f"drain {OLD}")


@pytest.mark.parametrize("workers_first", [False, True])
def test_old_workers_end_after_or_before_all_switches(
    workers_first: bool, staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = cluster(staging, workers_first=workers_first)

    site.run(staging, monkeypatch, slow(SECOND))

    end = at(site, FIRST, f"end the processes of {OLD}")
    assert [end < at(site, host, SWITCH) for host in SITES] == [workers_first] * 2


def test_first_migrates_once_all_have_the_release_and_before_the_others(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = cluster(staging)

    site.run(staging, monkeypatch, slow(SECOND))

    migrate = "run 3 release commands"
    assert at(site, SECOND, "upload the release") < at(site, FIRST, migrate)
    assert at(site, FIRST, migrate) < at(site, SECOND, migrate)


def test_old_code_is_checked_on_each_host_after_migrations(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the first host has migrated, and only it has printed so."""
    site = cluster(staging)

    site.run(staging, monkeypatch)

    check = f"check that {OLD} still answers /"
    for host in SITES:
        assert at(site, host, check) < min(at(site, one, SWITCH) for one in SITES)


@pytest.mark.parametrize("hosts", [HOSTS, APART], ids=["both-web", "a-worker-alone"])
def test_nothing_goes_live_anywhere_if_a_step_fails_on_one_host(
    hosts: Hosts, staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever step on whichever host, and however far the other has come."""
    begun = cluster(staging, hosts)
    live_after = {RECORD, f"drain {OLD}", f"end the processes of {OLD}"}
    for host, title in all_steps(begun):
        for late in SITES:
            site = begun.copy()

            ended = site.run(staging, monkeypatch, both(failing(host, title), slow(late)))

            [other] = set(SITES) - {host}
            if "still answers" in title:
                assert ended == {FIRST: None, SECOND: None}, "a warning"
                continue
            assert isinstance(ended[host], StepFailed), title
            if title in live_after:
                assert ended[other] is None
                assert site.live == [NEW, NEW]
            else:
                assert isinstance(ended[other], Stopped), title
                assert ended[other].summary.startswith(f"{host} failed; ")  # type: ignore[union-attr]
                # `start` stops what does not start, and after a failed rename visitors may have it.
                assert_as_before(site, but=host if title in (START, SWITCH) else "")
            site.run(staging, monkeypatch)
            assert_finished(site)


def test_host_that_was_switched_back_says_so(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = cluster(staging)

    ended = site.run(staging, monkeypatch, failing(SECOND, CHECK))

    assert str(ended[FIRST]).startswith(f"{SECOND} failed; switched back to {OLD}")
    assert (FIRST, SWITCH) in site.log


@pytest.mark.parametrize("hosts", [HOSTS, APART], ids=["both-web", "a-worker-alone"])
def test_run_after_one_that_was_killed_finishes(
    hosts: Hosts, staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each number of steps: also between two hosts."""
    begun = cluster(staging, hosts)
    apart = 0
    for number in range(len(all_steps(begun))):
        for late in SITES:
            site = begun.copy()
            with pytest.raises(Killed):
                site.run(staging, monkeypatch, both(killed_at(number), slow(late)))
            apart += len(set(site.live)) == 2

            site.run(staging, monkeypatch)

            assert_finished(site)
    assert apart, "a kill between the two switches"


def test_hosts_that_were_killed_apart_are_switched_back_together_if_the_next_run_fails(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = cluster(staging)

    def fault(host: str, title: str) -> None:
        if title == f"after {SWITCH}":
            raise Killed

    with pytest.raises(Killed):
        site.run(staging, monkeypatch, fault)
    assert set(site.live) == {OLD, NEW}
    [behind] = [host for host in SITES if site.hosts[host].state.current == OLD]

    site.run(staging, monkeypatch, failing(behind, START))

    assert site.live == [OLD, OLD]


@pytest.mark.parametrize("fails", [False, True])
def test_rollback_goes_live_together(
    fails: bool, staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = cluster(staging)
    site.run(staging, monkeypatch)
    back = site.to(manifest(OLD))

    def plan(host: str) -> list[Action]:
        return switch.rollback(back.desired[host], back.hosts[host].state)

    ended = back.run(staging, monkeypatch, failing(SECOND, CHECK) if fails else slow(FIRST), plan)

    if fails:
        assert isinstance(ended[FIRST], Stopped)
        assert back.live == [NEW, NEW]
        assert processes(back) == of(NEW)
    else:
        assert back.live == [OLD, OLD]
        switches = [at(back, host, f"switch to {OLD}") for host in SITES]
        ready = [
            at(back, host, f"check {OLD} through nginx as 4 visitors at once") for host in SITES
        ]
        assert max(ready) < min(switches)


def test_interrupt_while_the_first_migrates_leaves_nothing_that_was_started(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = cluster(staging)

    def fault(host: str, title: str) -> None:
        if (host, title) == (FIRST, "after run 3 release commands"):
            site.gates.fail("interrupted")

    ended = site.run(staging, monkeypatch, fault)

    for error in ended.values():
        assert str(error).startswith("interrupted; not switched")
    assert_as_before(site)


def test_host_that_has_only_timers_is_switched_back_as_well(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = cluster(staging, APART)
    first = site.hosts[FIRST]
    first.state = replace(first.state, processes=(), release_processes={})

    site.run(staging, monkeypatch, failing(SECOND, CHECK))

    assert (FIRST, f"switch back to {OLD}") in site.log
    assert site.live == [OLD, OLD]


BACKUP = "20240301T000000Z-c0ffee00-old"


class Restoring:
    """A host whose live release may stop."""

    def __init__(self, before: Applies) -> None:
        self.state = before.state

    def apply(self, action: Action) -> None:
        """What it does is in the log."""


def restoring(staging: Staging) -> tuple[Cluster, Callable[[str], list[Action]]]:
    """Hosts with OLD live, and the plan by which they get the data of a backup that the first has."""
    begun = cluster(staging).to(manifest(OLD))
    site = replace(begun, hosts={name: Restoring(one) for name, one in begun.hosts.items()})

    def plan(host: str) -> list[Action]:
        here = BACKUP if host == FIRST else ""
        return switch.restore(site.desired[host], site.hosts[host].state, here)

    return site, plan


@pytest.mark.parametrize("late", SITES)
def test_data_is_restored_once_no_host_writes_and_before_any_starts(
    late: str, staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, plan = restoring(staging)

    ended = site.run(staging, monkeypatch, slow(late), plan)

    assert ended == {FIRST: None, SECOND: None}
    restored = at(site, FIRST, f"restore the backup {BACKUP}")
    assert [title for _, title in site.log].count(f"restore the backup {BACKUP}") == 1
    for host in SITES:
        assert at(site, host, f"stop {OLD}") < restored
        assert restored < at(site, host, f"start release {OLD} and check its health")
    assert at(site, FIRST, f"stop the processes of {OLD}") < restored


def test_hosts_start_again_if_one_cannot_be_stopped(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, plan = restoring(staging)

    ended = site.run(staging, monkeypatch, failing(SECOND, f"stop {OLD}"), plan)

    assert str(ended[FIRST]).startswith(f"{SECOND} failed; started again")
    again = [title for host, title in site.log if host == FIRST][-3:]
    assert again == [
        f"start {OLD} again",
        f"start the processes of {OLD} again",
        f"hand back to {OLD}",
    ]
    assert (FIRST, f"restore the backup {BACKUP}") not in site.log


def test_no_host_starts_on_data_that_could_not_be_restored(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, plan = restoring(staging)

    ended = site.run(staging, monkeypatch, failing(FIRST, f"restore the backup {BACKUP}"), plan)

    assert str(ended[SECOND]).startswith(f"{FIRST} failed; stopped")
    assert "starts it again" in str(ended[SECOND])
    assert not [title for _, title in site.log if title.startswith("start")]


def test_host_of_workers_alone_starts_no_web_process_and_asks_no_nginx(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = cluster(staging, APART)

    site.run(staging, monkeypatch)

    assert_finished(site)
    done = [title for host, title in site.log if host == FIRST]
    assert "run 3 release commands" in done, "it migrates for all"
    assert not [title for title in done if "through nginx" in title]
    assert START not in done
    assert f"drain {OLD}" not in done
    assert site.hosts[FIRST].state.running == frozenset()
    assert at(site, FIRST, HAND_OVER) < at(site, SECOND, SWITCH) < at(site, FIRST, RECORD)


def test_web_process_of_a_host_that_has_become_one_of_workers_alone_ends(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = cluster(staging, APART)
    host = site.hosts[FIRST]
    host.state = replace(host.state, running=frozenset({OLD}))

    site.run(staging, monkeypatch)

    assert host.state.running == frozenset()
    assert_finished(site)


def test_host_that_is_deployed_to_alone_waits_for_none(staging: Staging) -> None:
    """Also a single web host with a database elsewhere."""
    alone = cluster(staging, hosts=(HOSTS[0], HOSTS[2]))

    assert not [one for one in alone.plan(FIRST) if isinstance(one, Meet)]


def test_the_report_shows_each_wait_for_the_other_hosts_as_one(staging: Staging) -> None:
    first, second = (cluster(staging).desired[host] for host in SITES)
    waits = [
        *(one for host in (first, second) for one in together.migrate(host, ())),
        *(one for place in (together.ready, together.handed_over) for one in place(first, ())),
        *together.confirmed(first, (), None),
        *together.stopped(first, ()),
        *together.restored(first, ""),
    ]

    assert len({one.title for one in waits}) == 7
    assert all(isinstance(one, Meet) and timeline.is_wait(one.title) for one in waits)


@pytest.mark.parametrize(
    ("taking_part", "found"),
    [
        ([FIRST, SECOND], FIRST),
        # Each migrates itself: the first host is as desired, or not among those that are chosen.
        ([SECOND], ""),
        ([FIRST], ""),
    ],
)
def test_first_host_migrates_for_those_that_are_deployed_with_it(
    taking_part: Sequence[str], found: str, staging: Staging
) -> None:
    hosts = staging.job(app=APP, hosts=HOSTS).config.target("staging").host_list

    assert together.migrating(hosts, taking_part) == found
    assert together.migrating((), taking_part) == ""
