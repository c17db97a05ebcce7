"""A session on a host: its connection, its lock, and what it leaves in the audit log."""

import json
import time
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from threading import Event
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from tests.unit.failing_host import failing_host
from tests.unit.fakes import FakeConnection, failed
from tests.unit.staging import LOG, QUERY, SITE, Staging, changes
from understudy.commands import Argv
from understudy.errors import LoginRefused, Refused, StepFailed
from understudy.host import facts_query, session
from understudy.host.session import AuditEntry
from understudy.ssh.connection import Result

ENTRY = AuditEntry("deploy", "r1", "c0ffee")
QUIET = LOG


def locked(staging: Staging, error: BaseException | None = None, wait: int = 0) -> None:
    """Work under the lock that ends with this error."""
    job = staging.job()
    with (
        session.connected(job) as (connection, observed),
        session.locked(connection, job, ENTRY, wait, observed),
    ):
        if error:
            raise error


def test_connection_is_closed_after_any_error(staging: Staging) -> None:
    host = staging.host()

    with pytest.raises(ZeroDivisionError), session.connected(staging.job()):
        raise ZeroDivisionError

    assert host.notes[-1] == "closed"


@dataclass
class FakeEarly:
    """A connection that was begun before: to `host`, or none there."""

    host: FakeConnection | None
    answer: Result
    asked: list[object] = field(default_factory=list)

    def take(self, *asked: object) -> tuple[FakeConnection, Result] | None:
        self.asked.extend(asked)
        return (self.host, self.answer) if self.host else None


def test_connection_that_was_begun_before_is_taken_and_asks_nothing_again(
    staging: Staging,
) -> None:
    job, host = staging.job(), FakeConnection()
    early: Any = FakeEarly(host, staging.facts("current\treleases/c0ffee00-1"))

    with session.connected(replace(job, early=early)) as (connection, observed):
        assert connection is host  # type: ignore[comparison-overlap]
        assert observed.current == "c0ffee00-1"

    assert host.notes == ["closed"]
    assert early.asked == [job.target, "deploy", facts_query.query("shop")]


def test_connection_that_leads_elsewhere_is_not_used(staging: Staging) -> None:
    host = staging.host()
    early: Any = FakeEarly(None, staging.facts())

    with session.connected(replace(staging.job(), early=early)) as (connection, _):
        assert connection is host  # type: ignore[comparison-overlap]


def test_login_that_was_refused_before_is_explained_by_what_the_admin_sees(
    staging: Staging,
) -> None:
    """Without a second try as the deployer."""
    early: Any = FakeEarly(None, staging.facts())
    early.take = Mock(side_effect=LoginRefused("not accepted"))
    staging.hosts["debian"] = FakeConnection({QUERY: staging.facts(stamp="")})

    with (
        pytest.raises(Refused, match="is not provisioned"),
        session.connected(replace(staging.job(), early=early)),
    ):
        pass


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, "done"),
        (StepFailed("migrate: failed", "a line of its log"), "failed: migrate: failed"),
        (KeyboardInterrupt(), "interrupted"),
    ],
)
def test_audit_log_has_the_verb_and_how_it_ended(
    error: BaseException | None, outcome: str, staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "who", lambda: "ann@desk")
    host = staging.host()

    if error:
        with pytest.raises(type(error)) as raised:
            locked(staging, error)
        assert raised.value is error
    else:
        locked(staging)

    [line] = host.sent
    entry = json.loads(line)
    assert 0 <= entry.pop("seconds") < 60
    assert entry == {
        "who": "ann@desk",
        "verb": "deploy",
        "what": "r1",
        "commit": "c0ffee",
        "outcome": outcome,
    }
    assert line.endswith("\n")
    assert changes(host) == ["lock /srv/shop/lock", f"{SITE} log", "unlock"]


def test_host_that_is_gone_does_not_hold_up_what_was_interrupted(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "SECONDS_TO_RECORD", 0.1)
    host, later = staging.host(), Event()
    monkeypatch.setattr(host, "send", lambda *_: later.wait(10))
    began = time.monotonic()

    with pytest.raises(KeyboardInterrupt):
        locked(staging, KeyboardInterrupt())

    assert time.monotonic() - began < 5
    assert "does not answer within 0.1 s" in staging.report.warnings[0]
    assert host.notes[-2:] == ["unlock", "closed"]
    later.set()


def test_audit_log_has_the_reason_of_a_deploy_without_rehearsal(staging: Staging) -> None:
    host, job = staging.host(), staging.job()
    entry = AuditEntry("deploy", "r1", without_rehearsal="the shop is down")
    with (
        session.connected(job) as (connection, observed),
        session.locked(connection, job, entry, 0, observed),
    ):
        pass

    assert json.loads(host.sent[0])["without_rehearsal"] == "the shop is down"


def test_lock_shows_who_holds_it_and_why(staging: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "who", lambda: "ann@desk")
    monkeypatch.setattr(session, "now", lambda: "noon")
    host = staging.host()

    locked(staging, wait=7)

    assert host.holders == [("ann@desk (deploy) since noon", 7)]
    assert staging.report.prepared == 1, "while the host is asked for it"


@pytest.mark.parametrize(
    ("last_holder", "observed_again"),
    [("another deploy", False), ("a deploy before", True), ("", True)],
)
def test_host_is_observed_again_if_the_lock_was_held_since(
    last_holder: str, observed_again: bool, staging: Staging
) -> None:
    staging.host()
    job = staging.job()
    with session.connected(job) as (connection, observed):
        before = replace(observed, last_holder=last_holder)
        with session.locked(connection, job, ENTRY, 0, before) as now:
            assert (now is not before) == observed_again


def test_host_that_no_one_has_deployed_to_is_observed_once(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    staging.host()
    with session.connected(staging.job()) as (connection, observed):
        # What a lock has that no one has held.
        monkeypatch.setattr(connection, "lock", lambda *_: nullcontext(""))
        with session.locked(connection, staging.job(), ENTRY, 0, observed) as now:
            assert now is observed


def test_verb_that_did_not_get_the_lock_is_not_in_the_audit_log(staging: Staging) -> None:
    host = failing_host(staging, "lock", Refused("another deploy is at work"))

    with pytest.raises(Refused):
        locked(staging)

    assert host.sent == []


@pytest.mark.parametrize("error", [None, StepFailed("migrate: failed")])
def test_audit_log_that_cannot_be_written_is_a_warning(
    error: StepFailed | None, staging: Staging
) -> None:
    staging.host(**{"shop log": failed(errors="no space left")})

    if error:
        with pytest.raises(StepFailed, match="migrate"):
            locked(staging, error)
    else:
        locked(staging)

    assert staging.report.warnings == ["the host's audit log could not be written: no space left"]


def test_audit_log_that_cannot_be_reached_does_not_hide_the_failure(staging: Staging) -> None:
    failing_host(staging, "log")

    with pytest.raises(StepFailed, match="migrate"):
        locked(staging, StepFailed("migrate: failed"))

    assert staging.report.warnings == [
        "the host's audit log could not be written: the connection broke"
    ]


def test_audit_log_has_the_time_it_took(staging: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    host = staging.host()
    clock = iter((10.0, 12.34))
    monkeypatch.setattr(session, "time", SimpleNamespace(monotonic=lambda: next(clock)))

    locked(staging)

    assert json.loads(host.sent[0])["seconds"] == 2.3


def test_query_may_take_a_minute(staging: Staging) -> None:
    host = staging.host()
    run, limits = host.run, list[int]()

    def noted(argv: Argv, **how: Any) -> Result:
        limits.append(how["seconds"])
        return run(argv, **how)

    host.run = noted  # type: ignore[method-assign]
    with session.connected(staging.job()):
        pass

    assert limits == [60]
