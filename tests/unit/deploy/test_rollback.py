"""The list of releases, and rollbacks: to which release, with which data, and when they are refused."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.fakes import FakeConnection, manifest, printed
from tests.unit.staging import LIST, MODELS, QUERY, SWITCH, Staging, changes, lines_of, listed
from understudy.deploy import rollback, rollout
from understudy.deploy.desired import DesiredState
from understudy.errors import Refused
from understudy.host.facts import ObservedState
from understudy.job import Job

QUIET = (*SWITCH, 'put_back "$directory/$name"')
OLDEST = manifest("c0ffee00-oldest", "2024-01-01T00:00:00+00:00")
OLD = manifest("c0ffee00-old", "2024-02-01T00:00:00+00:00", "lock2")
NEW = manifest("c0ffee00-new", "2024-03-01T00:00:00+00:00", "lock3")
THREE = tuple(lines_of(OLDEST, NEW, OLD, current=NEW.id))
# Made before their migrations.
BY_OLD, BY_NEW = f"20240201T000000Z-{OLD.id}", f"20240301T000000Z-{NEW.id}"
BY_HAND = f"20240215T000000Z-{OLD.id}"


def host_with(staging: Staging, *lines: str, backups: tuple[str, ...] = ()) -> FakeConnection:
    return staging.answering({QUERY: staging.facts(*lines), LIST: listed(backups)})


def without(part: str) -> list[str]:
    return [line for line in THREE if part not in line]


def titles(staging: Staging) -> list[str]:
    return [re.split(" beside| and wait", title)[0] for title, _ in staging.report.steps]


def test_releases_are_listed_newest_first_with_their_state(staging: Staging) -> None:
    host = host_with(staging, *without(f"{OLD.id}/served"))

    rollback.releases(staging.job())

    listed_states = [(line.split()[0], line.split()[2]) for line in staging.report.said]
    assert listed_states == [(NEW.id, "live"), (OLD.id, "failed"), (OLDEST.id, "good")]
    assert changes(host) == []


def test_host_without_a_release_says_so(staging: Staging) -> None:
    host_with(staging)

    rollback.releases(staging.job())

    assert staging.report.said == ["staging has no release yet"]


@pytest.mark.parametrize(("to", "release"), [(None, OLD), (OLDEST.id, OLDEST)])
def test_rollback_makes_the_one_before_live_or_the_one_that_is_named(
    to: str | None, release: Any, staging: Staging
) -> None:
    host = host_with(staging, *THREE)

    rollback.rollback(staging.job(), to, wait=7)

    assert titles(staging)[0] == f"compare the models of {release.id} with the database"
    assert [titles(staging)[1], titles(staging)[3]] == [
        f"start release {release.id}",
        f"switch to {release.id}",
    ]
    assert titles(staging)[-1] == f"drain {NEW.id}"
    assert staging.report.said == [f"{release.id} is live on staging again"]
    entry = json.loads(host.sent[0])
    assert (entry["verb"], entry["what"], entry["outcome"]) == ("rollback", release.id, "done")
    assert [wait for _, wait in host.holders] == [7]


@pytest.mark.parametrize(
    ("lines", "to", "message"),
    [
        ([*lines_of(NEW, current=NEW.id)], None, "no earlier release that was live"),
        ([], None, "no earlier release"),
        (THREE, "c0ffee00-none", "no release c0ffee00-none"),
        (without(f"{OLD.id}/served"), OLD.id, "it was never live"),
        (without(f"venvs/{OLD.lock}"), None, "environment of c0ffee00-old is gone"),
    ],
)
def test_rollback_without_a_usable_release_is_refused_and_changes_nothing(
    lines: list[str], to: str | None, message: str, staging: Staging
) -> None:
    host = host_with(staging, *lines)

    with pytest.raises(Refused, match=message) as raised:
        rollback.rollback(staging.job(), to)

    assert raised.value.hint
    assert changes(host) == []


def test_release_that_was_never_live_is_passed_over(staging: Staging) -> None:
    host_with(staging, *without(f"{OLD.id}/served"))

    rollback.rollback(staging.job())

    assert staging.report.said == [f"{OLDEST.id} is live on staging again"]


@pytest.mark.parametrize("with_data", [True, False])
def test_rollback_is_refused_if_another_release_went_live_meanwhile(
    with_data: bool, staging: Staging
) -> None:
    """Before the wait for the lock NEW was live; after it the one before the live one is another."""
    newest = manifest("c0ffee00-newest", "2024-04-01T00:00:00+00:00")
    now = staging.facts(*lines_of(OLD, NEW, newest, current=newest.id))
    host = staging.answering({QUERY: [staging.facts(*THREE), now], LIST: listed([BY_NEW])})

    with pytest.raises(Refused, match="c0ffee00-newest went live on staging just now"):
        rollout.rollback(
            staging.job(), None, with_data=with_data, anyway=False, probe=False, wait=7
        )

    assert titles(staging) == []
    assert [wait for _, wait in host.holders] == [7]


@pytest.mark.parametrize("to", [OLD.id, OLDEST.id])
def test_data_goes_back_to_the_first_migration_after_the_release(to: str, staging: Staging) -> None:
    host_with(staging, *THREE, backups=(BY_OLD, BY_NEW, f"20240302T000000Z-{NEW.id}"))

    rollback.rollback(staging.job(), to, with_data=True)

    backup = BY_NEW if to == OLD.id else BY_OLD
    assert titles(staging)[:4] == [
        f"stop {NEW.id}",
        f"restore the backup {backup}",
        f"start release {to}",
        f"switch to {to}",
    ]


def test_backup_made_by_hand_while_the_release_was_live_is_not_its_last_data(
    staging: Staging,
) -> None:
    host_with(staging, *THREE, backups=(BY_OLD, BY_HAND, BY_NEW))

    rollback.rollback(staging.job(), with_data=True)

    assert f"restore the backup {BY_NEW}" in titles(staging)


@pytest.mark.parametrize(
    ("migrations", "backup"),
    [("133", 1), ("113", 2), ("111", 2), ("", 1)],
    ids=["it kept one of two", "it kept none", "the next migrated nothing", "no table of Django's"],
)
def test_what_was_written_after_a_deploy_that_failed_is_kept_if_its_migration_was_undone(
    migrations: str, backup: int, staging: Staging
) -> None:
    """The old release was live for another week between the backups of two deploys."""
    names = (BY_OLD, "20240222T000000Z-bad", BY_NEW, f"20240302T000000Z-{NEW.id}")
    lists = listed(names, f"1{migrations}" if migrations else "")
    staging.answering({QUERY: staging.facts(*THREE), LIST: lists})

    rollback.rollback(staging.job(), with_data=True)

    assert f"restore the backup {names[backup]}" in titles(staging)


def test_data_of_a_release_is_from_when_it_was_live_for_the_last_time(staging: Staging) -> None:
    """After NEW's migration OLD was live again; its last data is what the next migration found."""
    again = "20240320T000000Z-c0ffee00-newest"
    lines = [line for line in THREE if not line.endswith(f"{OLD.id}/served")]
    since = int(datetime(2024, 3, 10, tzinfo=UTC).timestamp())
    lines.append(f"stat\t{since}\t7\t/srv/shop/releases/{OLD.id}/served")
    host_with(staging, *lines, backups=(BY_OLD, BY_NEW, again))

    rollback.rollback(staging.job(), OLD.id, with_data=True)

    assert f"restore the backup {again}" in titles(staging)


@pytest.mark.parametrize("backups", [(), (BY_OLD,), (BY_HAND,)])
def test_rollback_with_data_without_a_backup_changes_nothing(
    backups: tuple[str, ...], staging: Staging
) -> None:
    host_with(staging, *THREE, backups=backups)

    with pytest.raises(Refused, match=f"no backup from after {OLD.id}"):
        rollback.rollback(staging.job(), with_data=True)

    assert titles(staging) == []


@pytest.mark.parametrize("probe", [True, False])
def test_rollback_is_under_load_only_with_probe(
    probe: bool, staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, list[str]] = {"under_load": [], "without_load": []}

    def recorder(name: str) -> Callable[..., Any]:
        @contextmanager
        def load(
            job: Job, connection: object, desired: DesiredState, now: ObservedState
        ) -> Iterator[Callable[[Any, str], None]]:
            assert connection is host
            assert (desired.release, now.current) == (OLD, NEW.id)
            yield lambda action, output: seen[name].append(action.title)

        return load

    for name in seen:
        monkeypatch.setattr(rollback, name, recorder(name))
    host = host_with(staging, *THREE)

    rollback.rollback(staging.job(), probe=probe)

    assert (f"switch to {OLD.id}" in seen["under_load"]) is probe
    assert (f"switch to {OLD.id}" in seen["without_load"]) is not probe


UNKNOWN = "==> unknown accounts.0002_nickname\n"
BROKEN = "==> broken accounts.User: the column name is gone\n"


@pytest.mark.parametrize(
    ("backups", "hint"),
    [
        ((BY_NEW,), f"--to {OLD.id} --with-data restores the backup {BY_NEW}"),
        ((), f"there is no backup from after {OLD.id}"),
    ],
)
def test_rollback_over_a_migration_that_the_old_code_cannot_work_with_is_refused(
    backups: tuple[str, ...], hint: str, staging: Staging
) -> None:
    """Its pages would answer, and every login would fail."""
    answers = {MODELS: printed(UNKNOWN + BROKEN), LIST: listed(backups)}
    host = staging.answering({QUERY: staging.facts(*THREE), **answers})

    with pytest.raises(Refused, match="can't work with the database") as raised:
        rollback.rollback(staging.job())

    assert raised.value.details == "accounts.User: the column name is gone"
    assert hint in raised.value.hint
    assert not [
        note
        for note in host.notes
        if "/candidate.new" in note or "understudy-site shop start" in note
    ]


def test_rollback_anyway_warns_of_what_will_fail(staging: Staging) -> None:
    staging.answering({QUERY: staging.facts(*THREE), MODELS: printed(UNKNOWN + BROKEN)})

    rollback.rollback(staging.job(), anyway=True)

    assert "accounts.User: the column name is gone" in staging.report.warnings[-1]
    assert f"switch to {OLD.id}" in titles(staging)


def test_rollback_over_a_harmless_migration_names_it(staging: Staging) -> None:
    staging.answering({QUERY: staging.facts(*THREE), MODELS: printed(UNKNOWN)})

    rollback.rollback(staging.job())

    assert staging.report.warnings == [
        f"{OLD.id} does not know the migrations accounts.0002_nickname"
    ]
    assert f"switch to {OLD.id}" in titles(staging)


def test_rollback_with_data_does_not_compare_the_models(
    staging: Staging,
) -> None:
    host = host_with(staging, *THREE, backups=(BY_NEW,))

    rollback.rollback(staging.job(), with_data=True)

    assert not [note for note in host.notes if MODELS in note]


def test_rollback_does_not_wait_for_another_deploy_by_default(staging: Staging) -> None:
    host = host_with(staging, *THREE)

    rollback.rollback(staging.job())

    assert [wait for _, wait in host.holders] == [0]
