"""What migrations did, from the data before and after."""

import pytest

from understudy.data.queries.summaries import TableSummary, parse
from understudy.rehearsal.migration_effects import Effects, changes, linter, locks

ITEM = TableSummary(3, {"id": "1", "text": "2"})


@pytest.mark.parametrize(
    ("after", "change"),
    [
        (TableSummary(3, {"id": "1", "text": "9"}), "changed: text"),
        (TableSummary(3, {"id": "1", "text": "2", "note": "0"}), "new: note"),
        (TableSummary(3, {"id": "1", "remark": "2"}), "new: remark; gone: text"),
        (TableSummary(2, {"id": "8", "text": "9"}), "3 rows before, 2 after; changed: id, text"),
        (None, "gone, with 3 rows"),
    ],
)
def test_changes_of_a_table_are_named_by_column(after: TableSummary | None, change: str) -> None:
    assert changes({"item": ITEM}, {"item": after} if after else {}) == ({"item": change}, 0)


def test_unchanged_tables_are_only_counted() -> None:
    found = changes({"a": ITEM, "b": ITEM}, {"a": ITEM, "b": ITEM, "c": TableSummary(5)})

    assert found == ({"c": "new, 5 rows"}, 2)


def test_output_of_both_engines_is_read() -> None:
    sqlite = '["a b",null,3]\n["a b","x","ABC"]\n'
    postgresql = '["a b", null, 3]\t["a b", "x", "ABC"]\n'

    assert parse(sqlite) == parse(postgresql) == {"a b": TableSummary(3, {"x": "ABC"})}


def test_strongest_lock_of_each_table_is_shown_with_its_duration() -> None:
    seen = (
        "still\there\nShareLock\titem\nAccessExclusiveLock\titem\nAccessExclusiveLock\titem\n"
        "ShareUpdateExclusiveLock\tlist\nhal"
    )
    assert locks(seen) == {
        "item": "AccessExclusiveLock, readers and writers wait, for about 0.4 s",
        "list": "ShareUpdateExclusiveLock, other changes of the schema wait, for about 0.2 s",
    }


def test_linter_that_the_app_lacks_is_skipped_with_the_reason() -> None:
    found = linter("Unknown command: 'lintmigrations'\nType 'manage.py help'", ok=False)

    assert found.endswith("is not among the app's INSTALLED_APPS: skipped")


# Output of django-migration-linter 6.0.0.
LINTED = """(lists, 0001_initial)... IGNORE
INFO django_migration_linter: Calling sqlmigrate command lists 0003_note
(lists, 0003_note)... ERR
\tRENAMING columns (table: lists_list, column: note)
\tRunSQL data migration is not reversible
(lists, 0004_more)... OK
*** Summary ***
Valid migrations: 1/3
"""


def test_only_findings_of_the_linter_are_shown() -> None:
    assert linter(LINTED, ok=False) == (
        "django-migration-linter: (lists, 0003_note)... ERR; "
        "RENAMING columns (table: lists_list, column: note); "
        "RunSQL data migration is not reversible"
    )
    fine = "(lists, 0001_initial)... IGNORE\n(lists, 0004_more)... OK\n*** Summary ***\n"
    assert linter(fine, ok=True) == "django-migration-linter: nothing found"
    assert "failed: no such option" in linter("usage\nno such option", ok=False)


def test_effects_are_shown_line_by_line() -> None:
    effects = Effects(("lists 0003_note",), {"item": "new: note"}, 4, {"item": "a lock"}, "12 s")

    assert list(effects.lines()) == [
        "item: new: note",
        "4 tables are unchanged",
        "lock on item: a lock",
        "12 s",
    ]
    assert effects.to_json()["tables"] == {"item": "new: note"}
