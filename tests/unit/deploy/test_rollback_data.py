"""The data under a rollback: which backup is restored, and whether the old code can work without one."""

from datetime import UTC, datetime

import pytest

from tests.unit.deploy.test_rollback import (
    BY_HAND,
    BY_NEW,
    BY_OLD,
    NEW,
    OLD,
    OLDEST,
    QUIET,
    THREE,
    host_with,
    titles,
)
from tests.unit.fakes import printed
from tests.unit.staging import LIST, MODELS, QUERY, Staging, listed
from understudy.deploy import rollback
from understudy.deploy.rollback_data import NeedsItsData
from understudy.errors import Refused
from understudy.host import all_hosts

# The host of these tests expects the same commands.
__all__ = ["QUIET"]


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
    lines.append(f"served\t{since}\t/srv/shop/releases/{OLD.id}/served")
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


def test_host_without_the_backups_of_several_does_not_say_that_there_is_none(
    staging: Staging,
) -> None:
    roles = {"192.0.2.1": ["web"], "192.0.2.2": ["web", "worker"], "192.0.2.3": ["database"]}
    hosts = [{"address": address, "roles": own} for address, own in roles.items()]
    whole = staging.job({"database": "postgresql", "media_url": None}, hosts=hosts)
    web = next(host for host in all_hosts.jobs(whole) if host.address == "192.0.2.1")
    rights = {"bad release id": printed("")}
    answers = {MODELS: printed(UNKNOWN + BROKEN), LIST: listed(()), **rights}
    staging.answering({QUERY: staging.facts(*THREE), **answers})

    with pytest.raises(NeedsItsData) as raised:
        rollback.rollback(web)

    assert f"--to {OLD.id} --with-data restores the backup from before" in raised.value.hint


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


def test_data_of_a_database_that_is_elsewhere_does_not_go_back(staging: Staging) -> None:
    host_with(staging, *THREE, backups=(BY_OLD, BY_NEW))

    with pytest.raises(Refused, match="does not restore a database that is managed elsewhere"):
        rollback.rollback(staging.job(app={"database": "external"}), with_data=True)

    assert titles(staging) == []
