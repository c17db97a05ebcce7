"""What a migration changes is seen in the data: SQLite by the real sqlite3."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.programs.sqlite_site import NAME, RULES, Site, run
from understudy.data.queries import migrations as migration_queries
from understudy.data.queries import summaries
from understudy.rehearsal.migration_effects import changes

pytestmark = pytest.mark.usefixtures("no_sync")


def look(site: Site) -> Mapping[str, summaries.TableSummary]:
    [found] = site.databases()
    argv = summaries.summarise("sqlite", "shop", site.backups, found.name)
    done = run(argv, summaries.queries("sqlite", found).encode())
    assert (done.returncode, done.stderr) == (0, b"")
    return summaries.parse(done.stdout.decode())


def test_what_a_migration_changes_is_seen_by_column(there: Site) -> None:
    before = look(there)
    there.make("CREATE INDEX another ON auth_user (name, bio)")
    assert look(there) == before, "in whichever order an index would give them"
    there.make("UPDATE auth_user SET name = 'Eve'; ALTER TABLE auth_user ADD COLUMN age INT")
    there.make("DELETE FROM by_name WHERE k = 'ä'")

    assert changes(before, look(there))[0] == {
        "auth_user": "changed: name; new: age",
        "by_name": "2 rows before, 1 after; changed: k",
    }


def test_migrations_are_listed_if_there_are_any(there: Site) -> None:
    ask = migration_queries.applied("sqlite", "shop", there.backups, "shop.sqlite3")
    assert run(ask).stdout == b""
    there.make("CREATE TABLE django_migrations (app, name)")
    there.make("INSERT INTO django_migrations VALUES ('lists', '0001_initial')")

    assert run(ask).stdout == b"lists 0001_initial\n"


def test_backup_is_tried_and_left_as_it_was(there: Site, here: Site) -> None:
    assert here.load(there.read(RULES)).returncode == 0
    done = run(migration_queries.try_backup("sqlite", "shop", here.backups, NAME))

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert sorted(file.name for file in (Path(here.backups) / NAME).iterdir()) == [
        *("rows", "shop.sqlite3")
    ]
