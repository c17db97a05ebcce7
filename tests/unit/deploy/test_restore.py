"""A backup is restored under the live release, or nothing is changed."""

import json

import pytest

from tests.unit.fakes import failed
from tests.unit.host.test_backups import (
    LATER,
    NAMES,
    NOW,
    RESTORE,
    after_another_deploy,
    host_with,
)
from tests.unit.staging import LIST, QUERY, SWITCH, Staging, changes, listed
from understudy.deploy import restore
from understudy.errors import Refused, StepFailed
from understudy.ssh.connection import Result

QUIET = (*SWITCH, RESTORE)


def test_restore_stops_the_live_release_and_starts_it_on_the_backup(staging: Staging) -> None:
    host = host_with(staging, NAMES)

    restore.restore(staging.job(), NAMES[1], wait=7)

    [restored] = [note for note in host.notes if RESTORE in note]
    assert restored.endswith(f" {NAMES[1]}")
    assert [title.partition(" and check")[0] for title, _ in staging.report.steps][:3] == [
        f"stop {NOW.id}",
        f"restore the backup {NAMES[1]}",
        f"start release {NOW.id}",
    ]
    assert staging.report.said == [f"{NOW.id} is live on staging with the data of {NAMES[1]}"]
    entry = json.loads(host.sent[0])
    assert (entry["verb"], entry["what"], entry["commit"]) == ("restore", NAMES[1], NOW.commit)
    assert [wait for _, wait in host.holders] == [7]


@pytest.mark.parametrize(
    ("name", "live", "message", "hint"),
    [
        ("20240109T000000Z-c0ffee00-now", True, "no backup 20240109", "deploy.py restore"),
        ("../../etc", True, "no backup", "deploy.py restore"),
        (NAMES[0], False, "no live release", "deploy.py deploy --target staging"),
    ],
)
def test_restore_without_backup_or_release_leaves_the_host_alone(
    name: str, live: bool, message: str, hint: str, staging: Staging
) -> None:
    host = host_with(staging, NAMES, live=live)

    with pytest.raises(Refused, match=message) as raised:
        restore.restore(staging.job(), name)

    assert hint in raised.value.hint
    assert changes(host) == []


def test_restore_is_refused_if_another_release_went_live_meanwhile(staging: Staging) -> None:
    """It was meant for the data of the release before."""
    host = host_with(staging, NAMES)
    before = host.answers[QUERY]
    assert isinstance(before, Result)
    host.answers = {**host.answers, QUERY: [before, after_another_deploy(staging)]}

    with pytest.raises(Refused, match=f"{LATER.id} went live on staging just now"):
        restore.restore(staging.job(), NAMES[0], wait=7)

    assert staging.report.steps == []


def test_backup_that_was_removed_meanwhile_is_missed_before_the_site_stops(
    staging: Staging,
) -> None:
    host = host_with(staging, NAMES)
    host.answers = {**host.answers, LIST: [listed(NAMES), listed(NAMES[1:])]}

    with pytest.raises(Refused, match="no backup"):
        restore.restore(staging.job(), NAMES[0], wait=7)

    assert staging.report.steps == []


def test_restore_that_fails_says_that_the_site_is_down(staging: Staging) -> None:
    host_with(staging, NAMES, {RESTORE: failed(errors="disk error")})

    with pytest.raises(StepFailed, match="restore the backup") as raised:
        restore.restore(staging.job(), NAMES[0])

    assert "The site is stopped" in raised.value.hint
