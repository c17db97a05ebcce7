"""What real SQLite databases have and a tidy one hasn't: it comes as it is."""

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
def there(tmp_path: Path) -> Site:
    return Site(tmp_path / "there")


@pytest.fixture
def here(tmp_path: Path) -> Site:
    return Site(tmp_path / "here")


def travelled(there: Site, here: Site) -> Path:
    done = here.load(there.read({}))
    assert (done.returncode, done.stderr) == (0, b"")
    return Path(here.backups) / NAME / "shop.sqlite3"


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
def test_any_value_comes(value: str, encoding: str, there: Site, here: Site) -> None:
    there.make(
        f"PRAGMA encoding = '{encoding}'; CREATE TABLE t (x); INSERT INTO t VALUES ({value})"
    )
    file = travelled(there, here)

    asked = "SELECT typeof(x), x FROM t"
    assert rows(file, asked) == rows(there.file, asked)
    assert rows(file, "PRAGMA encoding") == rows(there.file, "PRAGMA encoding")


def test_what_a_killed_app_has_left_is_read_and_not_touched(there: Site, here: Site) -> None:
    """Whoever closes such a database last would write its journal into it."""
    there.make("CREATE TABLE t (x); INSERT INTO t VALUES (1)")
    insert = (
        f"c = sqlite3.connect('{there.file}'); c.execute('INSERT INTO t VALUES (2)'); c.commit()"
    )
    subprocess.run([sys.executable, "-c", f"import os, sqlite3; {insert}; os._exit(0)"], check=True)
    files = [there.file, there.file.with_name("shop.sqlite3-wal")]
    before = [file.read_bytes() for file in files]
    file = travelled(there, here)

    assert [file.read_bytes() for file in files] == before
    assert rows(file, "SELECT x FROM t") == [(1,), (2,)]


def test_long_rows_are_loaded_one_by_one(there: Site, here: Site) -> None:
    """Two hundred in one INSERT may be more than fits in."""
    there.make("CREATE TABLE t (x)")
    with closing(sqlite3.connect(there.file)) as connection:
        lengths = [(3, 1), (200_000, 7), (5, 1), (6, 1), (200_000, 9), (200_000, 1)]
        connection.executemany("INSERT INTO t SELECT printf('%.*c', ?, ?)", lengths)
        connection.commit()
    inserts = gzip.decompress(there.read({})).split(b"INSERT INTO")[1:]

    assert [len(insert) // 200_000 for insert in inserts] == [0, 1, 1, 1]
    assert rows(travelled(there, here), "SELECT x FROM t") == rows(there.file, "SELECT x FROM t")


def test_columns_with_addresses_are_told_by_name_only(there: Site) -> None:
    there.make("""CREATE TABLE t (a, "b ""c", d TEXT, e BLOB); INSERT INTO t VALUES
        (1, 'no', '{"to": ["ann@example.com"]}', x'00'), (NULL, 'bob@example.com', NULL, NULL)""")
    [found] = there.databases()
    columns = columns_without_rule(found.tables, Data())
    argv = addresses.search("sqlite", "shop", there.backups, found.name)
    done = run(argv, addresses.queries("sqlite", columns).encode())

    assert (done.returncode, done.stderr) == (0, b"")
    assert addresses.parse(done.stdout.decode()) == {("t", 'b "c'), ("t", "d")}
    assert b"example" not in done.stdout
