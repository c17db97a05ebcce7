"""Which migrations a plan names."""

from understudy.deploy.pending import lines, pending

FILES = (
    "source/lists/migrations/__init__.py",
    "source/lists/migrations/0001_initial.py",
    "source/lists/migrations/0002_item.py",
    "source/lists/models.py",
    "source/shop/orders/migrations/0001_initial.py",
    "source/lists/migrations/0003_notes.sql",
    "source/docs/migrations.py",
)


def test_migrations_that_the_database_lacks_are_named() -> None:
    applied = {"auth 0001_initial", "lists 0001_initial"}

    found = pending(FILES, applied)

    assert found == ["lists.0002_item", "orders.0001_initial"]
    assert list(lines(found, new_database=False)) == [
        "migrations of the app that would run:",
        "  lists.0002_item",
        "  orders.0001_initial",
    ]


def test_nothing_is_said_where_all_are_applied() -> None:
    applied = {"lists 0001_initial", "lists 0002_item", "orders 0001_initial"}
    assert list(lines(pending(FILES, applied), new_database=False)) == []


def test_new_database_gets_one_line() -> None:
    [line] = lines(pending(FILES, set()), new_database=True)
    assert "the database is new" in line
    assert "3 of the app" in line


def test_long_list_is_cut() -> None:
    names = [f"lists.{number:04}_x" for number in range(30)]
    *shown, last = lines(names, new_database=False)
    assert (len(shown), last) == (11, "  … and 20 more")
