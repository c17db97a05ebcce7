"""A backup is restored under the live release, or nothing is changed."""

import json
from dataclasses import replace

import pytest

from tests.unit.fakes import FakeConnection, failed
from tests.unit.host.test_backups import (
    LATER,
    NAMES,
    NOW,
    RESTORE,
    after_another_deploy,
    host_with,
)
from tests.unit.staging import LIST, QUERY, SWITCH, Staging, changes, lines_of, listed
from understudy.deploy import restore, rollout
from understudy.errors import Refused, StepFailed
from understudy.host import all_hosts
from understudy.host.provisioning import of_project
from understudy.job import Job
from understudy.release.layout import Manifest
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


ROLES = [
    {"address": "192.0.2.1", "roles": ["web", "database"]},
    {"address": "192.0.2.2", "roles": ["web"]},
]


def two_hosts(staging: Staging, *current: Manifest) -> tuple[Job, dict[str, FakeConnection]]:
    """Both use one database, and have that release live. The second has the backups."""
    job = staging.job(app={"database": "postgresql", "media_url": None}, hosts=ROLES)
    made = {}
    for one, live in zip(all_hosts.jobs(job), current, strict=True):
        stamp = of_project(job.project, one.config, one.target).stamp
        facts = staging.facts(*lines_of(NOW, LATER, current=live.id), stamp=stamp)
        backups = NAMES if one.address == "192.0.2.2" else ()
        answers: dict[str, Result | list[Result]] = {QUERY: facts, LIST: listed(backups)}
        quiet = (*QUIET, "touch /srv/shop/releases/")
        made[str(one.address)] = FakeConnection(answers, quiet)
    staging.hosts |= {f"deploy@{address}": host for address, host in made.items()}
    return replace(job, address="192.0.2.2"), made


def test_all_hosts_of_one_database_stop_and_one_restores(staging: Staging) -> None:
    job, made = two_hosts(staging, NOW, NOW)

    restore.restore(job, NAMES[1])

    assert [len([note for note in one.notes if RESTORE in note]) for one in made.values()] == [0, 1]
    for one in made.values():
        assert [note for note in one.notes if f"shop stop {NOW.id}" in note]
        assert [note for note in one.notes if f"shop start {NOW.id}" in note]
        assert json.loads(one.sent[-1])["verb"] == "restore", "in the audit log of each"


def test_restore_is_refused_while_other_releases_are_live_on_other_hosts(staging: Staging) -> None:
    job, made = two_hosts(staging, NOW, LATER)

    with pytest.raises(Refused, match="not the same release is live on all hosts"):
        restore.restore(job, NAMES[1])

    assert [changes(one) for one in made.values()] == [[], []]


def test_data_of_several_hosts_is_not_restored_on_one_of_them(staging: Staging) -> None:
    job, made = two_hosts(staging, NOW, NOW)

    with pytest.raises(Refused, match="2 hosts of staging use this database") as raised:
        rollout.rollback(job, None, with_data=True, anyway=False, probe=False, wait=0)

    assert "without --host" in raised.value.hint
    assert [one.notes for one in made.values()] == [[], []]
