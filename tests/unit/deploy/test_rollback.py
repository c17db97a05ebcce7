"""The list of releases, and rollbacks: to which release, and when they are refused."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.unit.fakes import FakeConnection, manifest
from tests.unit.staging import LIST, MODELS, QUERY, SWITCH, Staging, changes, lines_of, listed
from understudy.deploy import load, rollback, rollout, under_load
from understudy.deploy.desired import DesiredState
from understudy.deploy.going_live import GoingLive
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
    return [re.split(" beside| and check", title)[0] for title, _ in staging.report.steps]


def test_releases_are_listed_newest_first_with_their_state(staging: Staging) -> None:
    host = host_with(staging, *without(f"{OLD.id}/served"))

    rollback.releases(staging.job())

    listed_states = [(line.split()[0], line.split()[4]) for line in staging.report.said]
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


@pytest.mark.parametrize(("with_data", "step"), [(False, "switch to"), (True, "restore")])
def test_dry_run_shows_the_steps_that_a_rollback_takes_and_changes_nothing(
    with_data: bool, step: str, staging: Staging
) -> None:
    host = host_with(staging, *THREE, backups=(BY_OLD, BY_NEW))
    rollout.plan_rollback(staging.job(), None, with_data=with_data, anyway=False)
    assert not [note for note in changes(host) if MODELS not in note]
    [(event, answer)] = staging.report.results
    [first, *shown] = staging.report.said
    staging.report.steps.clear()

    rollback.rollback(staging.job(), None, with_data=with_data)

    taken = [title for title, _ in staging.report.steps if not title.startswith("compare")]
    assert [one["title"] for one in answer["steps"]] == taken
    assert [line for line in shown if not line.startswith("    ")] == [f"  {one}" for one in taken]
    assert any(step in one for one in taken)
    assert (event, answer["release"], answer["commit"]) == ("plan", OLD.id, OLD.commit)
    assert first == f"a rollback of staging to {OLD.id} would take {len(taken)} steps:"


def test_dry_run_of_a_refused_rollback_is_refused(staging: Staging) -> None:
    host_with(staging, *lines_of(NEW, current=NEW.id))

    with pytest.raises(Refused, match="no earlier release"):
        rollout.plan_rollback(staging.job(), None, with_data=False, anyway=False)


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


def test_rollback_after_a_rollback_names_the_newer_release(staging: Staging) -> None:
    host_with(staging, *lines_of(OLD, NEW, current=OLD.id))

    with pytest.raises(Refused, match="no earlier release that was live") as raised:
        rollback.rollback(staging.job())

    assert f"python deploy.py rollback --to {NEW.id} --target staging" in raised.value.hint


def test_release_with_a_typo_is_named(staging: Staging) -> None:
    host_with(staging, *THREE)

    with pytest.raises(Refused, match=f"no release c0ffee00-nwe; did you mean {NEW.id}?"):
        rollback.rollback(staging.job(), "c0ffee00-nwe")


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


@pytest.mark.parametrize("probe", [True, False])
def test_rollback_is_under_load_only_with_probe(
    probe: bool, staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, list[str]] = {"under_load": [], "without_load": []}

    def recorder(name: str) -> Callable[..., Any]:
        @contextmanager
        def sending(
            job: Job, connection: object, desired: DesiredState, now: ObservedState, _: GoingLive
        ) -> Iterator[Callable[[Any, str], None]]:
            assert connection is host
            assert (desired.release, now.current) == (OLD, NEW.id)
            yield lambda action, output: seen[name].append(action.title)

        return sending

    monkeypatch.setattr(under_load, "under_load", recorder("under_load"))
    monkeypatch.setattr(load, "without_load", recorder("without_load"))
    host = host_with(staging, *THREE)

    rollback.rollback(staging.job(), probe=probe)

    assert (f"switch to {OLD.id}" in seen["under_load"]) is probe
    assert (f"switch to {OLD.id}" in seen["without_load"]) is not probe


def test_rollback_does_not_wait_for_another_deploy_by_default(staging: Staging) -> None:
    host = host_with(staging, *THREE)

    rollback.rollback(staging.job())

    assert [wait for _, wait in host.holders] == [0]
