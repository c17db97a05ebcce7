"""Backups of a database: their names, and which of them go. What makes them is in tests/programs/."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import PurePosixPath

import pytest

from understudy.commands import backups
from understudy.commands.backups import Backup
from understudy.errors import ConfigError

NAME = "20260102T030405Z-0123abcd-4567ef89"


def test_name_has_the_time_in_utc_and_the_release() -> None:
    now = datetime(2026, 1, 2, 5, 4, 5, tzinfo=timezone(timedelta(hours=2)))

    name = backups.name_at(now, "0123abcd-4567ef89")

    assert name == NAME
    backup = Backup(name, 1, 2)
    assert backup.taken_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert backup.release == "0123abcd-4567ef89"


BAD = [
    "",
    ".",
    "..",
    "../x",
    "*",
    NAME + "/..",
    NAME + "\n",
    NAME + ".new",
    "-rf",
    NAME + " a",
    "$(id)",
]


@pytest.mark.parametrize("name", BAD)
def test_text_that_is_no_name_of_a_backup_gets_into_no_command(name: str) -> None:
    place = PurePosixPath("/backups")
    for build in (backups.make, backups.restore):
        with pytest.raises(ConfigError, match="no name of a backup"):
            build("sqlite", "shop", place, name)
    with pytest.raises(ConfigError, match="no name of a backup"):
        backups.remove(place, [NAME, name])


def test_release_that_would_make_a_bad_name_is_refused() -> None:
    with pytest.raises(ConfigError):
        backups.name_at(datetime(2026, 1, 2, tzinfo=UTC), "../x")


@pytest.mark.parametrize(
    ("keep", "gone"), [(0, "abc"), (1, "ab"), (2, "a"), (3, ""), (9, ""), (-1, "abc")]
)
def test_oldest_are_pruned_in_whatever_order_they_come(keep: int, gone: str) -> None:
    kept = [Backup(f"2026010{day}T000000Z-{letter}", 1, 1) for day, letter in enumerate("abc")]

    pruned = backups.to_prune(kept[::-1], keep)

    assert "".join(backup.release for backup in pruned) == gone
