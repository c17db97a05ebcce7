"""The changes of a migration are found in SQLite's data, by the real sqlite3."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.programs.sqlite_site import NAME, RULES, Site, run
from understudy.commands import migrations
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


def test_changes_of_a_migration_are_found_by_column(production: Site) -> None:
    before = look(production)
    production.make("CREATE INDEX another ON auth_user (name, bio)")
    assert look(production) == before, "the order of an index makes no difference"
    production.make("UPDATE auth_user SET name = 'Eve'; ALTER TABLE auth_user ADD COLUMN age INT")
    production.make("DELETE FROM by_name WHERE k = 'ä'")

    assert changes(before, look(production))[0] == {
        "auth_user": "changed: name; new: age",
        "by_name": "2 rows before, 1 after; changed: k",
    }


def test_migrations_are_listed_if_there_are_any(production: Site) -> None:
    ask = migration_queries.applied("sqlite", "shop", production.backups, "shop.sqlite3")
    assert run(ask).stdout == b""
    production.make("CREATE TABLE django_migrations (app, name)")
    production.make("INSERT INTO django_migrations VALUES ('lists', '0001_initial')")

    assert run(ask).stdout == b"lists 0001_initial\n"


def test_plan_lists_the_migrations_of_all_databases(production: Site) -> None:
    ask = migrations.applied("sqlite", "shop", production.backups)
    assert run(ask).stdout == b""
    production.make("CREATE TABLE django_migrations (app, name)")
    production.make("INSERT INTO django_migrations VALUES ('lists', '0001_initial')")

    done = run(ask)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"lists 0001_initial\n", b"")


def test_backup_is_tried_and_left_as_it_was(production: Site, staging: Site) -> None:
    assert staging.load(production.read(RULES)).returncode == 0
    done = run(migration_queries.try_backup("sqlite", "shop", staging.backups, NAME))

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert sorted(file.name for file in (Path(staging.backups) / NAME).iterdir()) == [
        *("rows", "shop.sqlite3")
    ]
