"""A web host is drained before it is interrupted, and gets requests again once it is healthy."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.fakes import FakeConnection, facts, failed, printed
from tests.unit.staging import LOG, Staging
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
FLAG, CLEAR, READ = "drained 'provision\t", "rm -f /run/shop/drained", "head -c 300"
BY_HAND, NOTE = "drained 'drain\t", f"drained-{WEB}"
SITE = "cat /etc/nginx/sites-available/shop"
QUIET = (SITE, HEALTH, FLAG, BY_HAND, CLEAR, READ, *LOG)
LIVE = facts(current="c0ffee00-old")
MARK = "drain\tann@desk\t2026-03-01T12:00:00+00:00\n"
OUT = printed(f"{WEB}\t0\tDRAIN\t{MARK.strip()}\n{OTHER}\t3\tUP\t\n")
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
    made = FakeConnection(table, ("test -e /etc/haproxy/shop.cfg", NOTE))
    staging.hosts["deploy@192.0.2.5"] = made
    return made


def web(staging: Staging, **answers: Result) -> FakeConnection:
    table = {SITE: answers.get("site", printed("")), HEALTH: answers.get("health", printed(""))}
    made = FakeConnection(table, QUIET)
    staging.hosts["deploy@192.0.2.1"] = made
    return made


def changed(connection: FakeConnection) -> list[str]:
    """What was done there, without questions."""
    words = (DRAIN, READY, HEALTH, FLAG, BY_HAND, CLEAR)
    notes = (note for note in connection.notes if NOTE not in note)
    return [word for note in notes for word in words if word in note]


def test_host_is_drained_before_its_change_and_put_back_after_it(staging: Staging) -> None:
    host, balancer = web(staging), proxy(staging)

    with draining.drained_by(job(staging), host, LIVE, "provision"):
        assert changed(balancer) == [DRAIN]
        assert changed(host) == [FLAG], "after the proxies: visitors may ask for it"

    assert changed(host) == [FLAG, HEALTH, CLEAR]
    assert changed(balancer) == [DRAIN, READY]
    assert all(
        note.startswith("shop: ") for note in host.notes if HEALTH not in note and note != SITE
    )
    assert [note.split()[1] for note in balancer.notes if NOTE in note] == ["sh", "rm"]


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
    assert "drain off --host 192.0.2.1" in raised.value.hint
    assert changed(balancer) == [DRAIN]


@pytest.mark.parametrize(
    ("site", "asked"),
    [
        ("server { listen 80; server_name old.test www.old.test; }", "http://old.test/"),
        ("server { listen 80; server_name old.test staging.test; }", "http://staging.test/"),
        ("", "http://staging.test/"),
    ],
)
def test_health_is_asked_for_at_a_name_that_nginx_knows_by_now(
    site: str, asked: str, staging: Staging
) -> None:
    """A deploy installs another `domain`, and `provision` is run before it."""
    host, _ = web(staging, site=printed(site)), proxy(staging)

    with draining.drained_by(job(staging, domain="staging.test"), host, LIVE, "provision"):
        pass

    [check] = [note for note in host.notes if HEALTH in note]
    assert asked in check


def test_host_whose_proxy_fails_at_the_end_is_said_to_stay_drained(staging: Staging) -> None:
    host = web(staging)
    proxy(staging, ready=failed("Connection refused"))

    with (
        pytest.raises(StepFailed, match="HAProxy on") as raised,
        draining.drained_by(job(staging), host, LIVE, "provision"),
    ):
        pass

    assert "drain off --host 192.0.2.1" in raised.value.hint


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
        pytest.raises(Refused, match=why) as raised,
        draining.drained_by(job(staging), host, LIVE, "provision"),
    ):
        pytest.fail("it was changed")

    assert changed(host) == changed(balancer) == []
    assert ("drain off --host 192.0.2.2" in raised.value.hint) == ("max_unavailable" in why)


DOWN = printed(f"{WEB}\t0\tDOWN\n{OTHER}\t0\tDOWN\n")


def test_host_that_is_down_is_changed_without_a_drain(staging: Staging) -> None:
    """As after the loss of the database: `provision` brings the login to the next one."""
    host, balancer = web(staging, health=failed("500")), proxy(staging, ask=DOWN)

    with draining.drained_by(job(staging), host, LIVE, "provision"):
        pass

    assert changed(host) == changed(balancer) == []


def test_host_that_is_down_may_be_drained_by_hand(staging: Staging) -> None:
    host, balancer = web(staging), proxy(staging, ask=DOWN)

    draining.turn_on(job(staging))

    assert changed(balancer) == [DRAIN]
    assert changed(host) == [BY_HAND]


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
    assert changed(host) == [BY_HAND]
    host.answers = {READ: printed(MARK)}

    with draining.drained_by(job(staging), host, LIVE, "provision"):
        pass
    assert changed(balancer) == [DRAIN]

    draining.turn_off(job(staging))
    assert changed(balancer) == [DRAIN, READY]
    assert changed(host) == [BY_HAND, HEALTH, CLEAR]


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
        assert changed(host) == [FLAG], "its health path says so, too"

    assert events == ["before_drain", "after_drain"]
    assert changed(host) == [FLAG, HEALTH, CLEAR]


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

    assert changed(host) == [FLAG, CLEAR]
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


def drained_before(
    staging: Staging, mark: str, servers: Result
) -> tuple[FakeConnection, FakeConnection]:
    host, balancer = web(staging), proxy(staging, ask=servers)
    host.answers = {READ: printed(mark)}
    return host, balancer


def events(staging: Staging) -> list[Mapping[str, Any]]:
    return [fields for event, fields in staging.report.results if event == "drain"]


def test_second_drain_on_changes_nothing_and_says_by_whom(staging: Staging) -> None:
    host, balancer = drained_before(staging, MARK, OUT)

    draining.turn_on(job(staging))

    assert changed(host) == changed(balancer) == host.sent == []
    [found] = events(staging)
    assert (found["on"], found["changed"], found["by"]) == (True, False, "ann@desk")
    said = "192.0.2.1 is drained already, by ann@desk, since 2026-03-01 12:00 UTC: nothing to do."
    assert said in staging.report.said[-1]


def test_second_drain_off_changes_nothing(staging: Staging) -> None:
    host, balancer = drained_before(staging, "", UP)

    draining.turn_off(job(staging))

    assert changed(host) == changed(balancer) == host.sent == []
    assert staging.report.said[-1] == "192.0.2.1 is not drained: nothing to do"
    assert [(one["on"], one["changed"]) for one in events(staging)] == [(False, False)]


@pytest.mark.parametrize(
    ("mark", "servers"),
    [
        # It has booted since, or a proxy has forgotten it.
        *(("", OUT), (MARK, UP)),
        # What another verb has left drained is a user's from now on.
        ("provision\n", OUT),
    ],
)
def test_drain_on_completes_what_is_half_there(
    mark: str, servers: Result, staging: Staging
) -> None:
    host, balancer = drained_before(staging, mark, servers)

    draining.turn_on(job(staging))

    assert changed(balancer) == [DRAIN]
    assert changed(host) == [BY_HAND]
    assert [one["changed"] for one in events(staging)] == [True]


def test_drain_off_puts_back_a_host_that_only_the_proxy_has_drained(staging: Staging) -> None:
    """After a boot of the host."""
    _, balancer = drained_before(staging, "", OUT)

    draining.turn_off(job(staging))

    assert changed(balancer) == [READY]
    assert [(one["on"], one["changed"]) for one in events(staging)] == [(False, True)]


@pytest.mark.parametrize(("verb", "on"), [(draining.turn_on, "on"), (draining.turn_off, "off")])
def test_drain_is_in_the_audit_log(verb: Callable[[Job], None], on: str, staging: Staging) -> None:
    host, _ = drained_before(staging, "provision\n", OUT)

    verb(job(staging))

    [entry] = map(json.loads, host.sent)
    assert (entry["verb"], entry["what"], entry["outcome"]) == ("drain", on, "done")
