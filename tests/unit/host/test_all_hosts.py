"""Several hosts: which are worked on together, in which order they report, and when a failure stops them."""

import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest

from tests.unit.staging import Staging
from understudy.config import host_choice
from understudy.errors import ConfigError, Refused, StepFailed, Stopped, Unreachable
from understudy.host import all_hosts
from understudy.host.actions import Meet, Point
from understudy.host.gates import Gate
from understudy.job import Job

HOSTS = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"]


def jobs(staging: Staging, **target: Any) -> tuple[Job, ...]:
    return all_hosts.jobs(staging.job(addresses=HOSTS, **target))


def failing_on(*addresses: str) -> tuple[list[str], Callable[[Job], str]]:
    """The addresses of the hosts that were worked on, and the work."""
    done: list[str] = []

    def work(job: Job) -> str:
        done.append(job.target.address)
        if job.target.address in addresses:
            raise Unreachable("gone", "no route", "is it on?")
        return job.target.address

    return done, work


def test_each_host_has_a_job_of_its_own(staging: Staging) -> None:
    made = jobs(staging)

    assert [job.target.address for job in made] == HOSTS
    assert [job.address for job in made] == HOSTS
    for job in made:
        job.report.say("here")
    assert staging.report.said_of == {host: ["here"] for host in HOSTS}


@pytest.mark.parametrize("target", [{}, {"addresses": ["192.0.2.7"]}])
@pytest.mark.parametrize("chosen", [None, "192.0.2.7"])
@pytest.mark.parametrize("walk", [all_hosts.look, all_hosts.roll, all_hosts.in_turn])
def test_single_host_is_worked_on_directly(
    walk: Callable[..., object], chosen: str | None, target: dict[str, Any], staging: Staging
) -> None:
    """In the main thread, with the same report, and with its own error."""
    failure = StepFailed("as it is")
    threads: list[threading.Thread] = []

    def work(job: Job) -> None:
        threads.append(threading.current_thread())
        job.report.say("here")
        assert job.report is staging.report
        raise failure

    job = staging.job(**target)
    with pytest.raises(StepFailed) as raised:
        walk(all_hosts.jobs(Job(job.project, job.config, "staging", staging.report, chosen)), work)

    assert raised.value is failure
    assert threads == [threading.main_thread()]
    assert staging.report.said_of == {"": ["here"]}


def test_all_hosts_are_looked_at_at_once_and_reported_in_their_order(staging: Staging) -> None:
    all_there = Barrier(len(HOSTS))
    after_me = {host: threading.Event() for host in HOSTS}

    def work(job: Job) -> str:
        address = job.target.address
        all_there.wait(10)
        job.report.say("first")
        # The last host ends first.
        for later in HOSTS[HOSTS.index(address) + 1 :]:
            after_me[later].wait(10)
        job.report.say("second")
        after_me[address].set()
        return address

    assert all_hosts.look(jobs(staging), work) == HOSTS

    assert list(staging.report.said_of) == HOSTS
    assert staging.report.said == ["first", "second"] * len(HOSTS)


def test_number_of_hosts_at_once_is_limited(staging: Staging) -> None:
    many = [f"192.0.2.{number}" for number in range(1, 150)]
    threads: set[int] = set()

    found = all_hosts.look(
        all_hosts.jobs(staging.job(addresses=many)), lambda _: threads.add(threading.get_ident())
    )

    assert len(found) == len(many)
    assert len(threads) <= all_hosts.AT_ONCE


def test_hosts_that_fail_a_look_do_not_hide_the_others(staging: Staging) -> None:
    def work(job: Job) -> None:
        job.report.say("looked")
        if job.target.address == HOSTS[1]:
            raise Refused("not provisioned", hint="provision it")

    with pytest.raises(
        Refused, match=r"staging: 192\.0\.2\.2 failed; nothing was changed"
    ) as raised:
        all_hosts.look(jobs(staging), work)

    assert list(staging.report.said_of) == HOSTS
    assert raised.value.details == "192.0.2.2: failed: not provisioned"
    assert raised.value.hint == "provision it"


def test_batches_are_as_large_as_deploy_yml_says(staging: Staging) -> None:
    together = Barrier(2)

    def work(job: Job) -> None:
        # The fifth is alone.
        if job.target.address != HOSTS[-1]:
            together.wait(10)
        job.report.say("done")

    all_hosts.roll(jobs(staging, max_unavailable=2), work)

    assert set(staging.report.said_of) == set(HOSTS)


def test_as_many_hosts_as_deploy_yml_says_are_changed_together(staging: Staging) -> None:
    """64 of them, and not some of them after others."""
    many = [f"192.0.2.{number}" for number in range(1, 65)]
    together = Barrier(len(many))

    all_hosts.roll(
        all_hosts.jobs(staging.job(addresses=many, max_unavailable=64)),
        lambda _: together.wait(10),
    )


@pytest.mark.parametrize(
    ("size", "bad", "begun"),
    [(1, HOSTS[0], 1), (1, HOSTS[2], 3), (2, HOSTS[0], 2), (2, HOSTS[3], 4), (9, HOSTS[0], 5)],
)
def test_first_batch_with_a_failure_is_the_last(
    size: int, bad: str, begun: int, staging: Staging
) -> None:
    done, work = failing_on(bad)

    with pytest.raises(Unreachable, match=f"staging: {bad} failed") as raised:
        all_hosts.roll(jobs(staging, max_unavailable=size), work)

    assert sorted(done) == HOSTS[:begun]
    states_of_hosts = [
        line for line in raised.value.details.splitlines() if not line.startswith(" ")
    ]
    states = [
        "failed: gone" if host == bad else "done" if host in done else "not begun" for host in HOSTS
    ]
    assert states_of_hosts == [
        f"{host}: {state}" for host, state in zip(HOSTS, states, strict=True)
    ]
    assert raised.value.hint == "is it on?"


def test_in_turn_takes_one_host_after_another(staging: Staging) -> None:
    done, work = failing_on(HOSTS[1])

    with pytest.raises(Unreachable):
        all_hosts.in_turn(jobs(staging, max_unavailable=5), work)

    assert done == HOSTS[:2]


def test_chosen_host_is_the_only_one_and_named_in_reports(staging: Staging) -> None:
    job = staging.job(addresses=HOSTS)
    chosen = Job(job.project, job.config, "staging", staging.report, HOSTS[2])
    done, work = failing_on(HOSTS[2])

    with pytest.raises(Unreachable, match="gone") as raised:
        all_hosts.roll(all_hosts.jobs(chosen), work)
    all_hosts.one(chosen).report.say("here")

    assert raised.value.summary == f"staging: {HOSTS[2]} failed"
    assert done == [HOSTS[2]]
    assert staging.report.said_of == {HOSTS[2]: ["here"]}


def test_work_on_one_host_is_refused_for_several(staging: Staging) -> None:
    with pytest.raises(ConfigError, match="staging has 5 hosts") as raised:
        all_hosts.one(staging.job(addresses=HOSTS))

    assert "--host: 192.0.2.1, 192.0.2.2" in raised.value.hint


@pytest.mark.parametrize("size", [1, 2])
def test_bug_is_not_reported_as_a_failed_host(size: int, staging: Staging) -> None:
    def work(job: Job) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        all_hosts.roll(jobs(staging, max_unavailable=size), work)


@pytest.mark.parametrize("size", [1, 2])
def test_no_more_hosts_are_begun_after_ctrl_c(size: int, staging: Staging) -> None:
    done: list[str] = []

    def work(job: Job) -> None:
        done.append(job.target.address)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        all_hosts.roll(jobs(staging, max_unavailable=size), work)

    assert len(done) <= size


ROLES = [
    {"address": "192.0.2.1", "roles": ["web"]},
    {"address": "192.0.2.2", "roles": ["database"]},
    {"address": "192.0.2.3", "roles": ["web", "worker"]},
    {"address": "192.0.2.4", "roles": ["web"]},
]


def with_roles(staging: Staging, chosen: str | None = None) -> Job:
    app = {"database": "postgresql", "media_url": None}
    return replace(staging.job(app=app, hosts=ROLES, max_unavailable=2), address=chosen)


def test_database_host_is_provisioned_first_and_has_no_site(staging: Staging) -> None:
    job = with_roles(staging)

    assert [one.address for one in all_hosts.jobs(job)] == ["192.0.2.3", "192.0.2.1", "192.0.2.4"]
    assert [one.address for one in all_hosts.machines(job)] == [
        *("192.0.2.2", "192.0.2.3", "192.0.2.1", "192.0.2.4")
    ]
    for address in ("192.0.2.2", "192.0.2.4"):
        chosen = all_hosts.machines(with_roles(staging, address))
        assert [one.target.address for one in chosen] == [address]


def test_one_host_migrates_before_the_others_of_one_database(staging: Staging) -> None:
    done, work = failing_on("192.0.2.3")

    with pytest.raises(Unreachable, match=r"192\.0\.2\.3 \(web, worker\) failed; 2 not begun"):
        all_hosts.roll(all_hosts.jobs(with_roles(staging)), work)

    assert done == ["192.0.2.3"]


CONFIRMED = Meet("wait", Point.CONFIRMED, "switched back", seconds=20)


def test_hosts_that_share_their_data_are_changed_at_once(staging: Staging) -> None:
    def work(job: Job, gate: Gate | None) -> None:
        assert gate
        gate.meet(CONFIRMED, "")

    all_hosts.together(all_hosts.jobs(with_roles(staging)), work)


def test_each_of_many_hosts_has_a_thread(staging: Staging) -> None:
    """One without would be waited for."""
    roles = [{"address": f"192.0.2.{number}", "roles": ["web"]} for number in range(1, 71)]
    roles.append({"address": "192.0.2.99", "roles": ["database"]})
    app = {"database": "postgresql", "media_url": None}

    def work(job: Job, gate: Gate | None) -> None:
        assert gate
        gate.meet(CONFIRMED, "")

    all_hosts.together(all_hosts.jobs(staging.job(app=app, hosts=roles)), work)


def test_interrupt_stops_hosts_that_wait(staging: Staging) -> None:
    stopped, main = threading.Event(), threading.main_thread().ident
    assert main

    def work(job: Job, gate: Gate | None) -> None:
        assert gate
        if job.address == "192.0.2.1":
            signal.pthread_kill(main, signal.SIGINT)
            stopped.wait(20)
            return
        with pytest.raises(Stopped, match="interrupted; switched back"):
            gate.meet(CONFIRMED, "")
        stopped.set()

    with pytest.raises(KeyboardInterrupt):
        all_hosts.together(all_hosts.jobs(with_roles(staging)), work)

    assert stopped.is_set()


@pytest.mark.parametrize("target", [{}, {"addresses": HOSTS}])
def test_hosts_with_data_of_their_own_wait_for_none(
    target: dict[str, Any], staging: Staging
) -> None:
    gates: list[Gate | None] = []

    all_hosts.together(all_hosts.jobs(staging.job(**target)), lambda job, gate: gates.append(gate))

    assert gates == [None] * (len(HOSTS) if target else 1)


def test_one_web_host_and_its_database_are_two_hosts(staging: Staging) -> None:
    app = {"database": "postgresql", "media_url": None}
    job = staging.job(app=app, hosts=[ROLES[1], ROLES[2]])

    assert [one.address for one in all_hosts.jobs(job)] == [None]
    assert [one.address for one in all_hosts.machines(job)] == ["192.0.2.2", "192.0.2.3"]
    for address in ("192.0.2.2", "192.0.2.3"):
        chosen = all_hosts.one(replace(job, address=address), host_choice.ANY)
        assert chosen.target.address == address
