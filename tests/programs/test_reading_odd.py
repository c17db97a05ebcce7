"""Unusual features of real SQLite databases arrive unchanged."""

import gzip
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.programs.sqlite_site import NAME, Site, rows, run
from understudy.config.data import Data
from understudy.data.personal import columns_without_rule
from understudy.data.queries import addresses

pytestmark = pytest.mark.usefixtures("no_sync")


@pytest.fixture
def production(tmp_path: Path) -> Site:
    return Site(tmp_path / "production")


@pytest.fixture
def staging(tmp_path: Path) -> Site:
    return Site(tmp_path / "staging")


def travelled(production: Site, staging: Site) -> Path:
    done = staging.load(production.read({}))
    assert (done.returncode, done.stderr) == (0, b"")
    return Path(staging.backups) / NAME / "shop.sqlite3"


@pytest.mark.parametrize(
    "value",
    [
        *("'a' || char(0) || 'b'", "char(0)", "x'610062'", "'.quit' || char(10) || 'go'"),
        *(
            "9e999",
            "-9e999",
            "0.1",
            "9e-324",
            "9007199254740993",
            "-9223372036854775808",
            "'9e999'",
            "'Inf'",
            "''",
            "NULL",
        ),
    ],
)
@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16"])
def test_any_value_arrives(value: str, encoding: str, production: Site, staging: Site) -> None:
    production.make(
        f"PRAGMA encoding = '{encoding}'; CREATE TABLE t (x); INSERT INTO t VALUES ({value})"
    )
    file = travelled(production, staging)

    asked = "SELECT typeof(x), x FROM t"
    assert rows(file, asked) == rows(production.file, asked)
    assert rows(file, "PRAGMA encoding") == rows(production.file, "PRAGMA encoding")


def test_journal_of_a_killed_app_is_read_and_not_changed(production: Site, staging: Site) -> None:
    """The last connection that closes such a database would write the journal into it."""
    production.make("CREATE TABLE t (x); INSERT INTO t VALUES (1)")
    insert = f"c = sqlite3.connect('{production.file}'); c.execute('INSERT INTO t VALUES (2)'); c.commit()"
    subprocess.run([sys.executable, "-c", f"import os, sqlite3; {insert}; os._exit(0)"], check=True)
    files = [production.file, production.file.with_name("shop.sqlite3-wal")]
    before = [file.read_bytes() for file in files]
    file = travelled(production, staging)

    assert [file.read_bytes() for file in files] == before
    assert rows(file, "SELECT x FROM t") == [(1,), (2,)]


def test_long_rows_are_loaded_one_by_one(production: Site, staging: Site) -> None:
    """Two hundred of them in one INSERT may exceed SQLite's limits."""
    production.make("CREATE TABLE t (x)")
    with closing(sqlite3.connect(production.file)) as connection:
        lengths = [(3, 1), (200_000, 7), (5, 1), (6, 1), (200_000, 9), (200_000, 1)]
        connection.executemany("INSERT INTO t SELECT printf('%.*c', ?, ?)", lengths)
        connection.commit()
    inserts = gzip.decompress(production.read({})).split(b"INSERT INTO")[1:]

    assert [len(insert) // 200_000 for insert in inserts] == [0, 1, 1, 1]
    assert rows(travelled(production, staging), "SELECT x FROM t") == rows(
        production.file, "SELECT x FROM t"
    )


def test_columns_with_addresses_are_reported_by_name_only(production: Site) -> None:
    production.make("""CREATE TABLE t (a, "b ""c", d TEXT, e BLOB); INSERT INTO t VALUES
        (1, 'no', '{"to": ["ann@example.com"]}', x'00'), (NULL, 'bob@example.com', NULL, NULL)""")
    [found] = production.databases()
    columns = columns_without_rule(found.tables, Data())
    argv = addresses.search("sqlite", "shop", production.backups, found.name)
    done = run(argv, addresses.queries("sqlite", columns).encode())

    assert (done.returncode, done.stderr) == (0, b"")
    assert addresses.parse(done.stdout.decode()) == {("t", 'b "c'), ("t", "d")}
    assert b"example" not in done.stdout
