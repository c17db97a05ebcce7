"""A host's SQLite data is read by rules and becomes a backup elsewhere, by the real sqlite3."""

import gzip
import os
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path, PurePosixPath

import pytest

from tests.programs.in_between import counted, read_with
from tests.programs.sqlite_site import NAME, RULES, Site, rows, run
from understudy.commands import backups
from understudy.config.data import Data
from understudy.data import schema
from understudy.data.anonymise import Sql
from understudy.data.dump import Dump
from understudy.data.queries import loading, reading
from understudy.data.queries import media as media_queries

pytestmark = pytest.mark.usefixtures("no_sync")


def counts(text: bytes) -> Mapping[str, int]:
    dump = Dump()
    dump.take(text)
    return dump.finish()


def test_schema_is_read_without_any_row(production: Site) -> None:
    [found] = production.databases()
    tables = {table.name: table for table in found.tables}

    assert found.name == "shop.sqlite3"
    assert found.size == production.file.stat().st_size
    assert list(tables) == [
        *("auth_user", "by_name", "django_session", 'no "key', "search", "sqlite_sequence")
    ]
    user = tables["auth_user"]
    assert [column.name for column in user.columns][:2] == ["id", "email"]
    assert user.number == "id"
    assert user.unique == (frozenset({"email"}),)
    assert user.columns[1] == schema.Column("email", "varchar(254)", required=True)
    assert tables['no "key'].number is None
    assert [column.name for column in tables["by_name"].columns] == ["k"], "twice is generated"
    assert [table.name for table in found.tables if table.virtual] == ["search"]


def test_values_with_a_rule_never_leave_the_host(production: Site) -> None:
    text = gzip.decompress(production.read(RULES)).decode()

    for secret in ("ann", "Ann", "bob", "pbkdf2", "Rome", "+39", "00FF", "s3cret", "x@y", "lives"):
        assert secret not in text


def test_rules_replace_values_as_documented(production: Site, staging: Site) -> None:
    assert staging.load(production.read(RULES)).returncode == 0
    file = Path(staging.backups) / NAME / "shop.sqlite3"

    ann, bob = rows(file, "SELECT * FROM auth_user")
    assert ann[:4] == (5, "user5@example.invalid", "Person 5", "!")
    assert len(ann[4]) == len("Lives; in\n-- end\nRome")
    assert ann[4].startswith("lorem ipsum")
    assert ann[5:] == ("it's 555", 0, None)
    assert bob == (
        900719925474,
        "user900719925474@example.invalid",
        "",
        "",
        None,
        "it's 555",
        1,
        None,
    )


def test_values_without_a_rule_arrive_unchanged(production: Site, staging: Site) -> None:
    text = production.read({"search": "drop"})
    assert staging.load(text).returncode == 0
    file = Path(staging.backups) / NAME / "shop.sqlite3"

    for table in (
        "auth_user",
        '"no ""key"',
        "by_name",
        "django_session",
        "vips",
        "sqlite_sequence",
    ):
        query = f"SELECT * FROM {table}"
        assert rows(file, query) == rows(production.file, query)
    made = "SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'search%' ORDER BY name"
    assert rows(file, made) == rows(production.file, made)
    assert rows(file, "PRAGMA user_version") == [(7,)]
    assert rows(file, "SELECT * FROM sqlite_schema WHERE name LIKE 'search%'") == []


def test_equal_values_have_equal_hashes_that_differ_in_the_next_pull(
    production: Site, staging: Site
) -> None:
    assert staging.load(production.read(RULES)).returncode == 0
    file = Path(staging.backups) / NAME / "shop.sqlite3"
    first, other, again = [mail for (mail,) in rows(file, 'SELECT mail FROM "no ""key"')]

    assert first == again != other
    assert len(first) == 16
    assert first not in gzip.decompress(production.read(RULES, salt="another")).decode()


def test_rows_are_counted_on_both_sides(production: Site, staging: Site) -> None:
    text = production.read(RULES)

    assert counts(text) == {"auth_user": 2, "by_name": 2, "django_session": 0, 'no "key': 3}
    done = staging.load(text)
    assert done.stdout.decode().splitlines() == [
        f"{count}\t{table}\tshop.sqlite3" for table, count in sorted(counts(text).items())
    ]


@pytest.mark.parametrize("count", [0, 1, 199, 200, 201, 1000])
def test_any_number_of_rows_arrives(count: int, production: Site, staging: Site) -> None:
    production.make("CREATE TABLE many (id INTEGER PRIMARY KEY, x TEXT)")
    with closing(sqlite3.connect(production.file)) as connection:
        values = [(number * 7, f"row {number};") for number in range(count)]
        connection.executemany("INSERT INTO many VALUES (?, ?)", values)
        connection.commit()
    assert staging.load(production.read({"search": "drop"})).returncode == 0

    assert rows(Path(staging.backups) / NAME / "shop.sqlite3", "SELECT * FROM many") == values


def test_loaded_data_is_a_backup_like_any_other(production: Site, staging: Site) -> None:
    staging.make("CREATE TABLE old (x)")
    assert staging.load(production.read(RULES)).returncode == 0

    [saved] = backups.parse_list(run(backups.list_all(staging.backups)).stdout.decode())
    assert (saved.name, saved.rows) == (NAME, 7)
    assert saved.taken_at.year == 2026
    done = run(backups.restore("sqlite", "shop", staging.backups, NAME))
    assert (done.returncode, done.stderr) == (0, b"")
    assert rows(staging.file, "SELECT count(*) FROM auth_user") == [(2,)]


@pytest.mark.parametrize("cut", [1, 30, 200])
def test_truncated_data_makes_no_backup(cut: int, production: Site, staging: Site) -> None:
    done = staging.load(production.read(RULES)[:-cut])

    assert done.returncode != 0
    assert b"can't be loaded" in done.stderr
    assert run(backups.list_all(staging.backups)).stdout == b""


def test_rows_that_refer_to_dropped_rows_make_no_backup(production: Site, staging: Site) -> None:
    production.make("CREATE TABLE orders (who REFERENCES auth_user); INSERT INTO orders VALUES (5)")
    done = staging.load(production.read({**RULES, "auth_user": "drop"}))

    assert done.returncode != 0
    assert b"damaged" in done.stderr
    assert b"orders" in done.stderr


def test_lack_of_disk_space_is_an_error_before_anything_is_written(staging: Site) -> None:
    done = run(loading.begin("sqlite", "shop", staging.backups, NAME, 10**15))

    assert done.returncode != 0
    assert b"MiB free, and the data needs" in done.stderr
    assert os.listdir(staging.backups) == []  # noqa: PTH208


def test_reading_writes_nothing(production: Site) -> None:
    before = production.file.read_bytes()
    production.read(RULES)

    assert production.file.read_bytes() == before
    assert list(Path(production.backups).iterdir()) == []


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_site_writes_while_it_is_read(journal: str, tmp_path: Path) -> None:
    """However long the read takes: without WAL, a copy is read."""
    site = Site(tmp_path / "site")
    site.make("CREATE TABLE t (x); INSERT INTO t VALUES (1)", journal)
    argv = reading.read("sqlite", "shop", site.backups, "shop.sqlite3")
    reader = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert reader.stdin
    assert reader.stdout
    reader.stdin.write(b"BEGIN; SELECT count(*) FROM t;\nSELECT hex(randomblob(4000000));\n")
    reader.stdin.flush()
    reader.stdout.read(1)
    with closing(sqlite3.connect(site.file, timeout=0.1)) as connection:
        connection.execute("INSERT INTO t VALUES (2)")
        connection.commit()
    reader.stdin.write(b"SELECT 'there are ' || count(*) FROM t;\n")
    reader.stdin.close()
    assert b"there are 1" in gzip.decompress(b"\x1f" + reader.stdout.read())
    reader.wait()


def test_all_rows_are_of_one_moment(production: Site, tmp_path: Path) -> None:
    """Rows that are written during the read could refer to rows of tables that were read before."""
    [found] = production.databases()
    data = Data.model_validate({"tables": RULES})
    queries = reading.queries(Sql("sqlite", "salt"), found, data)
    before = rows(production.file, "SELECT count(*) FROM by_name")

    def write() -> None:
        with closing(sqlite3.connect(production.file)) as connection, connection:
            connection.execute("INSERT INTO by_name VALUES ('later')")

    argv = reading.read("sqlite", "shop", production.backups, found.name)
    text = read_with(argv, queries, ".shell", tmp_path / "mark", write)

    assert "later" not in text
    assert counted(text)["by_name"] == before[0][0]
    assert rows(production.file, "SELECT count(*) FROM by_name") == [(before[0][0] + 1,)]


def test_copy_for_the_read_is_removed(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    site.make("CREATE TABLE t (x); INSERT INTO t VALUES (1)", "delete")

    assert counts(site.read({})) == {"t": 1}
    assert list(site.temporary.iterdir()) == []


def test_copy_left_by_a_power_failure_is_removed_by_the_next_pull(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    site.make("CREATE TABLE t (x)", "delete")
    left, fresh = (site.temporary / f"understudy-pull.{name}" for name in "ab")
    for place in (left, fresh):
        place.mkdir()
    os.utime(left, (0, 0))

    site.read({})

    assert (left.exists(), fresh.exists()) == (False, True), "another pull may be at work"


def test_lack_of_disk_space_for_the_copy_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    site.make("CREATE TABLE t (x)", "delete")
    df = tmp_path / "bin" / "df"
    df.write_text("#!/bin/sh\necho Avail; echo 3\n")
    df.chmod(0o755)
    done = run(site.reader())

    assert done.returncode != 0
    assert b"has 0 MiB free" in done.stderr
    assert list(site.temporary.iterdir()) == []


def test_media_are_listed_and_read(tmp_path: Path) -> None:
    media, staging = PurePosixPath(tmp_path / "media"), PurePosixPath(tmp_path / "staging")
    for name in ("a b.png", "sub/ä.png", "-n"):
        file = tmp_path / "media" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"content of {name}")
    Path(staging).mkdir()
    listed = run(media_queries.list_all(media)).stdout.decode().split("\0")[:-1]
    assert sorted(line.partition(" ")[2] for line in listed) == ["-n", "a b.png", "sub/ä.png"]

    read = run(media_queries.read(media), "sub/ä.png\0-n\0gone.png\0".encode())
    done = run(media_queries.unpack(staging), read.stdout)

    assert (done.returncode, done.stderr) == (0, b"")
    assert (Path(staging) / "sub" / "ä.png").read_text() == "content of sub/ä.png"
    assert (Path(staging) / "-n").exists()
    assert not (Path(staging) / "a b.png").exists()
