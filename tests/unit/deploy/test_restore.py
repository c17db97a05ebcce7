"""A backup is put back under the release that serves, or nothing is touched."""

import json

import pytest

from tests.unit.fakes import failed
from tests.unit.host.test_backups import (
    LATER,
    NAMES,
    NOW,
    PUT_BACK,
    after_another_deploy,
    host_with,
)
from tests.unit.staging import LIST, QUERY, SWITCH, Staging, changes, listed
from understudy.deploy import restore
from understudy.errors import Refused, StepFailed
from understudy.ssh.connection import Result

QUIET = (*SWITCH, PUT_BACK)


def test_restore_puts_the_data_back_under_what_serves(staging: Staging) -> None:
    host = host_with(staging, NAMES)

    restore.restore(staging.job(), NAMES[1], wait=7)

    [put_back] = [note for note in host.notes if PUT_BACK in note]
    assert put_back.endswith(f" {NAMES[1]}")
    assert [title.partition(" beside")[0] for title, _ in staging.report.steps][:3] == [
        f"stop {NOW.id}",
        f"put back the data of {NAMES[1]}",
        f"start {NOW.id}",
    ]
    assert staging.report.said == [f"staging serves {NOW.id} on the data of {NAMES[1]}"]
    entry = json.loads(host.sent[0])
    assert (entry["verb"], entry["what"], entry["commit"]) == ("restore", NAMES[1], NOW.commit)
    assert [wait for _, wait in host.holders] == [7]


@pytest.mark.parametrize(
    ("name", "serving", "told", "hint"),
    [
        ("20240109T000000Z-c0ffee00-now", True, "no backup 20240109", "deploy.py restore"),
        ("../../etc", True, "no backup", "deploy.py restore"),
        (NAMES[0], False, "serves nothing", "deploy.py deploy --target staging"),
    ],
)
def test_restore_of_what_is_not_there_leaves_the_host_alone(
    name: str, serving: bool, told: str, hint: str, staging: Staging
) -> None:
    host = host_with(staging, NAMES, serving=serving)

    with pytest.raises(Refused, match=told) as raised:
        restore.restore(staging.job(), name)

    assert hint in raised.value.hint
    assert changes(host) == []


def test_restore_is_refused_if_another_release_serves_meanwhile(staging: Staging) -> None:
    """Or it would take the new one's place, unasked."""
    host = host_with(staging, NAMES)
    before = host.answers[QUERY]
    assert isinstance(before, Result)
    host.answers = {**host.answers, QUERY: [before, after_another_deploy(staging)]}

    with pytest.raises(Refused, match=f"serves {LATER.id} since just now"):
        restore.restore(staging.job(), NAMES[0], wait=7)

    assert staging.report.steps == []


def test_backup_that_was_removed_meanwhile_is_found_missing_before_the_site_stops(
    staging: Staging,
) -> None:
    host = host_with(staging, NAMES)
    host.answers = {**host.answers, LIST: [listed(NAMES), listed(NAMES[1:])]}

    with pytest.raises(Refused, match="no backup"):
        restore.restore(staging.job(), NAMES[0], wait=7)

    assert staging.report.steps == []


def test_restore_that_fails_says_that_the_site_is_down(staging: Staging) -> None:
    host_with(staging, NAMES, {PUT_BACK: failed(errors="disk error")})

    with pytest.raises(StepFailed, match="put back") as raised:
        restore.restore(staging.job(), NAMES[0])

    assert "The site is stopped" in raised.value.hint
