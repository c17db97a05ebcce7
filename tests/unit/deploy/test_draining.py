"""A web host is drained before it is interrupted, and gets requests again once it is healthy."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.fakes import FakeConnection, facts, failed, printed
from tests.unit.staging import Staging
from understudy.config.hooks import Hooks
from understudy.deploy import draining
from understudy.errors import Refused, StepFailed
from understudy.hooks import run as hooks_run
from understudy.job import Job
from understudy.ssh.connection import Result

WEB, OTHER = "10.0.0.1", "10.0.0.2"
HOSTS = [
    {"address": "192.0.2.1", "private": WEB, "roles": ["web", "worker", "database"]},
    {"address": "192.0.2.2", "private": OTHER, "roles": ["web"]},
    {"address": "192.0.2.5", "private": "10.0.0.5", "roles": ["proxy"]},
]
ASK, DRAIN, READY, HEALTH = "show stat", f"{WEB} drain", f"{WEB} ready", "curl"
FLAG, CLEAR, READ = "drained provision", "rm -f /run/shop/drained", "head -c 40"
QUIET = (HEALTH, FLAG, "drained drain", CLEAR, READ)
LIVE = facts(current="c0ffee00-old")
UP = printed(f"{WEB}\t0\tUP\n{OTHER}\t3\tUP 1/2\n")


@pytest.fixture
def staging(staging: Staging, monkeypatch: pytest.MonkeyPatch) -> Staging:
    monkeypatch.setattr(draining, "SshConnection", staging.connect)
    return staging


def job(staging: Staging, hosts: Sequence[dict[str, Any]] = HOSTS, **target: Any) -> Job:
    made = staging.job(app={"database": "postgresql", "media_url": None}, hosts=hosts, **target)
    return replace(made, address="192.0.2.1")


def proxy(staging: Staging, **answers: Result) -> FakeConnection:
    table = {
        DRAIN: answers.get("drain", printed(f"{WEB}\t0\tDRAIN\n")),
        READY: answers.get("ready", printed(f"{WEB}\t0\tUP\n")),
        ASK: answers.get("ask", UP),
    }
    made = FakeConnection(table, ("test -e /etc/haproxy/shop.cfg",))
    staging.hosts["deploy@192.0.2.5"] = made
    return made


def web(staging: Staging, **answers: Result) -> FakeConnection:
    made = FakeConnection({HEALTH: answers["health"]} if "health" in answers else {}, QUIET)
    staging.hosts["deploy@192.0.2.1"] = made
    return made


def changed(connection: FakeConnection) -> list[str]:
    """What was done there, without questions."""
    words = (DRAIN, READY, HEALTH, "drained provision", "drained drain", CLEAR)
    return [word for note in connection.notes for word in words if word in note]


def test_host_is_drained_before_its_change_and_put_back_after_it(staging: Staging) -> None:
    host, balancer = web(staging), proxy(staging)

    with draining.drained_by(job(staging), host, LIVE, "provision"):
        assert changed(balancer) == [DRAIN]
        assert changed(host) == ["drained provision"], "after the proxies: visitors may ask for it"

    assert changed(host) == ["drained provision", HEALTH, CLEAR]
    assert changed(balancer) == [DRAIN, READY]
    assert all(note.startswith("shop: ") for note in host.notes if HEALTH not in note)


def test_host_that_could_not_be_changed_stays_drained(staging: Staging) -> None:
    host, balancer = web(staging), proxy(staging)

    with (
        pytest.raises(StepFailed) as raised,
        draining.drained_by(job(staging), host, LIVE, "provision"),
    ):
        raise StepFailed("apt has failed", hint="Fix it.")

    assert changed(balancer) == [DRAIN]
    assert CLEAR not in changed(host)
    assert raised.value.hint.startswith("Fix it. It stays drained")
    assert "drain off --host 192.0.2.1" in raised.value.hint


def test_host_that_is_not_healthy_stays_drained(staging: Staging) -> None:
    host, balancer = web(staging, health=failed("502 Bad Gateway")), proxy(staging)

    with (
        pytest.raises(StepFailed, match="is not healthy") as raised,
        draining.drained_by(job(staging), host, LIVE, "provision"),
    ):
        pass

    assert "502" in raised.value.details
    assert changed(balancer) == [DRAIN]


def test_host_that_the_proxy_does_not_see_as_healthy_is_drained_again(staging: Staging) -> None:
    host = web(staging)
    balancer = proxy(staging, ready=printed(f"{WEB}\t0\tDOWN\n"))

    with (
        pytest.raises(StepFailed, match=r"does not see 10\.0\.0\.1 as healthy: DOWN"),
        draining.drained_by(job(staging), host, LIVE, "provision"),
    ):
        pass

    assert changed(balancer) == [DRAIN, READY, DRAIN]


@pytest.mark.parametrize(
    ("servers", "why"),
    [
        (f"{WEB}\t0\tUP\n{OTHER}\t0\tDRAIN\n", "10.0.0.2 is, and max_unavailable is 1"),
        (f"{WEB}\t0\tUP\n{OTHER}\t0\tDOWN\n", "no other web host would be left"),
    ],
)
def test_last_web_host_is_not_drained(servers: str, why: str, staging: Staging) -> None:
    host, balancer = web(staging), proxy(staging, ask=printed(servers))

    with (
        pytest.raises(Refused, match=why),
        draining.drained_by(job(staging), host, LIVE, "provision"),
    ):
        pytest.fail("it was changed")

    assert changed(host) == changed(balancer) == []


def test_as_many_as_max_unavailable_may_be_drained(staging: Staging) -> None:
    third = {"address": "192.0.2.3", "private": "10.0.0.3", "roles": ["web"]}
    host = web(staging)
    ask = printed(f"{WEB}\t0\tUP\n{OTHER}\t0\tDRAIN\n10.0.0.3\t0\tUP\n")
    balancer = proxy(staging, ask=ask)
    two = job(staging, [*HOSTS, third], max_unavailable=2)

    with draining.drained_by(two, host, LIVE, "provision"):
        assert changed(balancer) == [DRAIN]


@pytest.mark.parametrize("case", ["no release", "one web host", "no proxy and no hook"])
def test_nothing_is_drained_where_it_would_help_no_one(case: str, staging: Staging) -> None:
    host = web(staging)
    balancer = proxy(staging)
    hosts = {"one web host": [HOSTS[0], HOSTS[2]], "no proxy and no hook": HOSTS[:2]}.get(
        case, HOSTS
    )
    now = facts(current=None if case == "no release" else "c0ffee00-old")

    with draining.drained_by(job(staging, hosts), host, now, "provision"):
        pass

    assert host.notes == []
    assert changed(balancer) == []


def test_drain_of_a_user_outlasts_other_verbs(staging: Staging) -> None:
    host, balancer = web(staging), proxy(staging)
    draining.turn_on(job(staging))
    assert changed(host) == ["drained drain"]
    host.answers = {READ: printed("drain\n")}

    with draining.drained_by(job(staging), host, LIVE, "provision"):
        pass
    assert changed(balancer) == [DRAIN]

    draining.turn_off(job(staging))
    assert changed(balancer) == [DRAIN, READY]
    assert changed(host) == ["drained drain", HEALTH, CLEAR]


def test_load_balancer_of_a_provider_is_called_by_hooks(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    monkeypatch.setattr(hooks_run, "here", lambda job, event: events.append(event.name))
    host = web(staging)
    made = job(staging, HOSTS[:2])
    hooks = Hooks.model_validate({"before_drain": ["./leave.sh"], "after_drain": ["./join.sh"]})
    made = replace(made, config=made.config.model_copy(update={"hooks": hooks}))

    with draining.drained_by(made, host, LIVE, "provision"):
        assert events == ["before_drain"]
        assert changed(host) == ["drained provision"], "its health path says so, too"

    assert events == ["before_drain", "after_drain"]
    assert changed(host) == ["drained provision", HEALTH, CLEAR]


def test_hook_that_fails_leaves_the_host_as_it_was(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(job: Job, event: object) -> None:
        raise StepFailed("the hook has failed")

    monkeypatch.setattr(hooks_run, "here", fail)
    host, balancer = web(staging), proxy(staging)

    with (
        pytest.raises(StepFailed, match="the hook"),
        draining.drained_by(job(staging), host, LIVE, "provision"),
    ):
        pytest.fail("it was changed")

    assert changed(host) == ["drained provision", CLEAR]
    assert changed(balancer) == [DRAIN, READY]


def test_host_without_others_is_not_drained_by_hand(staging: Staging) -> None:
    web(staging)
    with pytest.raises(Refused, match="not one of several web hosts"):
        draining.turn_on(job(staging, [HOSTS[0], HOSTS[2]]))


def test_proxy_that_does_not_answer_is_an_error_and_no_change(staging: Staging) -> None:
    host, balancer = web(staging), proxy(staging, ask=failed("Connection refused"))

    with (
        pytest.raises(StepFailed, match="HAProxy on 192"),
        draining.drained_by(job(staging), host, LIVE, "provision"),
    ):
        pytest.fail("it was changed")

    assert changed(host) == changed(balancer) == []
