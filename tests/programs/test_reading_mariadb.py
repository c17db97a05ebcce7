"""What a rehearsal reads of a MariaDB database: tables, migrations, sums of columns."""

from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.programs import mariadb_site
from tests.programs.mariadb_site import ask, make, needs_server, run
from understudy.commands import migrations
from understudy.data import schema
from understudy.data.queries import migrations as of_rehearsal
from understudy.data.queries import summaries, tables
from understudy.data.schema import Database

pytestmark = needs_server
SHOP = r"""
CREATE TABLE `a "table's \ name` (id INT PRIMARY KEY, `the
name` VARCHAR(20) NOT NULL, twice INT AS (id * 2));
CREATE TABLE django_migrations (app VARCHAR(9), name VARCHAR(9));
CREATE VIEW a_view AS SELECT app FROM django_migrations;
CREATE SEQUENCE numbers;
INSERT INTO `a "table's \ name` (id, `the
name`) VALUES (1, 'x'), (2, 'y');
INSERT INTO django_migrations VALUES ('shop', '0001'), ('shop', NULL);
"""


@pytest.fixture(scope="module")
def backups() -> Iterator[PurePosixPath]:
    with mariadb_site.started() as directory:
        make(SHOP)
        yield directory


def described(backups: PurePosixPath) -> Database:
    [found] = schema.parse(run(tables.describe("mariadb", "my-shop", backups)))
    return found


def summed(backups: PurePosixPath) -> dict[str, object]:
    argv = summaries.summarise("mariadb", "my-shop", backups, "my-shop")
    return dict(summaries.parse(run(argv, summaries.queries("mariadb", described(backups)))))


def test_tables_are_described_without_views_and_computed_columns(backups: PurePosixPath) -> None:
    found = described(backups)

    assert found.name == "my-shop"
    assert found.size > 0
    assert [table.name for table in found.tables] == ["a \"table's \\ name", "django_migrations"]
    number, name = found.tables[0].columns
    assert (number.name, number.type, number.key, number.is_integer) == (
        "id",
        "int(11)",
        True,
        True,
    )
    assert (name.name, name.required, name.length) == ("the\nname", True, 20)


def test_applied_migrations_are_listed(backups: PurePosixPath) -> None:
    one = migrations.applied("mariadb", "my-shop", backups)
    other = of_rehearsal.applied("mariadb", "my-shop", backups, "my-shop")

    assert run(one) == run(other) == "shop 0001\nNULL\n"


def test_sums_show_which_columns_have_changed(backups: PurePosixPath) -> None:
    before = summed(backups)
    table = "a \"table's \\ name"
    ask("UPDATE `a \"table's \\ name` SET id = -id WHERE id = 2")

    after = summed(backups)

    assert before["django_migrations"] == after["django_migrations"]
    one, other = before[table], after[table]
    assert isinstance(one, summaries.TableSummary)
    assert isinstance(other, summaries.TableSummary)
    assert one.rows == other.rows == 2
    assert one.columns["the\nname"] == other.columns["the\nname"]
    assert one.columns["id"] != other.columns["id"]
