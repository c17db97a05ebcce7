"""Unusual features of real PostgreSQL databases arrive unchanged, or a message says why not."""

import gzip
import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from tests.programs.postgresql_site import (
    NAME,
    SALT,
    ask,
    load,
    make,
    needs_server,
    read,
    run,
    started,
    the_database,
    try_read,
)
from understudy.commands import backups as commands
from understudy.config.app import Engine
from understudy.config.data import Data
from understudy.data.anonymise import Sql
from understudy.data.dump import Dump
from understudy.data.load import counted, differences
from understudy.data.personal import columns_without_rule
from understudy.data.queries import addresses, loading, reading

pytestmark = needs_server


@pytest.fixture(scope="module")
def backups() -> Iterator[PurePosixPath]:
    with started() as backups:
        yield backups


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """The name of a backup for this test."""
    return f"{NAME}-{abs(hash(request.node.name))}"


def travel(backups: PurePosixPath, name: str, text: bytes = b"") -> None:
    """Reads all data, loads it as a backup and restores that."""
    text = text or read(backups)
    dump = Dump()
    dump.take(text)
    done = load(backups, text, name)
    assert (done.returncode, done.stderr) == (0, b"")
    where: tuple[Engine, str, PurePosixPath, str] = ("postgresql", "shop", backups, name)
    arrived = run(loading.rows(*where)).decode()
    assert differences(dump.finish(), counted(arrived)) == []
    run(loading.keep(*where))
    run(commands.restore(*where))


def test_unique_by_an_expression(backups: PurePosixPath) -> None:
    make(
        "CREATE TABLE t (a text, b text); CREATE UNIQUE INDEX ON t (lower(a)); "
        "CREATE UNIQUE INDEX ON t (lower(a), b)"
    )
    [table] = the_database(backups).tables

    assert set(table.unique) == {frozenset(), frozenset({"b"})}


def test_rows_that_a_policy_hides_are_not_left_out_silently(backups: PurePosixPath) -> None:
    make("""CREATE TABLE t (x int); INSERT INTO t VALUES (1), (2);
        ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (x = 1);
        ALTER TABLE t FORCE ROW LEVEL SECURITY""")
    done = try_read(backups)

    assert b"row-level security policy for table" in done.stderr
    assert not gzip.decompress(done.stdout).endswith(b"-- end\n")


def test_policy_that_hides_nothing_from_the_owner_arrives(
    backups: PurePosixPath, name: str
) -> None:
    make("""CREATE TABLE t (x int); INSERT INTO t VALUES (1), (2);
        ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (x = 1)""")
    travel(backups, name)

    assert ask("SELECT count(*) FROM t") == "2"
    assert ask("SELECT polname FROM pg_policy") == "p"


def test_settings_of_the_host_do_not_change_the_data(backups: PurePosixPath, name: str) -> None:
    make("""CREATE TABLE t (day date, span interval, number float8, path text DEFAULT '\\x');
        INSERT INTO t VALUES ('2024-03-02', '-1 day 02:03:04', 0.1::float8 + 0.2);
        ALTER ROLE shop SET datestyle = 'SQL, DMY';
        ALTER ROLE shop SET intervalstyle = 'sql_standard';
        ALTER ROLE shop SET extra_float_digits = 0;
        ALTER ROLE shop SET standard_conforming_strings = off""")
    text = read(backups)
    ask("ALTER ROLE shop RESET ALL")
    travel(backups, name, text)

    row = ask("SET intervalstyle = postgres; SELECT * FROM t")
    assert row == r"2024-03-02|-1 days +02:03:04|0.30000000000000004|\x"


def test_time_limits_for_visitors_do_not_apply(backups: PurePosixPath) -> None:
    make("""CREATE TABLE t (x text); INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, 1e5);
        ALTER ROLE shop SET statement_timeout = '300ms';
        ALTER ROLE shop SET idle_in_transaction_session_timeout = '20ms'""")

    assert gzip.decompress(read(backups)).endswith(b"-- rows 100000 t\n-- end\n")


def test_materialised_view_of_another(backups: PurePosixPath, name: str) -> None:
    make("""CREATE TABLE t (x int); INSERT INTO t VALUES (1), (2);
        CREATE MATERIALIZED VIEW first AS SELECT * FROM t;
        CREATE MATERIALIZED VIEW second AS SELECT * FROM first;
        ALTER MATERIALIZED VIEW first RENAME TO was_first""")
    travel(backups, name)

    assert ask("SELECT count(*) FROM second") == "2"


def test_tables_that_inherit_and_partitions_have_each_row_once(
    backups: PurePosixPath, name: str
) -> None:
    make("""CREATE TABLE t (x int); CREATE TABLE u (y int) INHERITS (t);
        INSERT INTO t VALUES (1); INSERT INTO u VALUES (2, 3);
        CREATE TABLE p (x int) PARTITION BY LIST (x);
        CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p2 PARTITION OF p DEFAULT;
        INSERT INTO p VALUES (1), (7)""")
    travel(backups, name)

    assert ask("SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM ONLY t)") == "2|1"
    assert ask("SELECT tableoid::regclass, x FROM p ORDER BY x") == "p1|1\np2|7"


def test_failure_of_pg_dump_ends_the_read_with_its_message(
    backups: PurePosixPath, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make("CREATE TABLE t (x int)")
    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\necho 'pg_dump: another version' >&2; exit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    done = try_read(backups)
    dump = Dump()
    dump.take(done.stdout)

    assert not dump.whole
    assert b"pg_dump: another version" in done.stderr


def test_no_message_holds_a_value(backups: PurePosixPath) -> None:
    make("CREATE TABLE t (x text, y jsonb); INSERT INTO t VALUES ('ann@example.com')")
    done = try_read(backups, {"t": {"x": {"sql": "x::int"}, "y": {"sql": "x::json"}}})

    assert b"ERROR:  22P02" in done.stderr
    assert b"ann" not in done.stderr


def test_error_in_a_rule_is_reported_in_words(backups: PurePosixPath) -> None:
    make("CREATE TABLE t (x text)")

    assert b'column "z" does not exist' in try_read(backups, {"t": {"x": {"sql": "z"}}}).stderr


def test_text_in_no_encoding_needs_a_rule_that_makes_another(
    backups: PurePosixPath, name: str
) -> None:
    make(r"CREATE TABLE t (x text); INSERT INTO t VALUES ('a'), (E'\xe9bc')", encoding="SQL_ASCII")

    assert b"ERROR:  22021" in try_read(backups).stderr
    travel(backups, name, read(backups, {"t": {"x": "hash"}}))
    assert ask("SELECT count(DISTINCT x), max(length(x)) FROM t") == "2|16"


def test_row_that_violates_a_constraint_after_a_rule_is_not_shown(
    backups: PurePosixPath, name: str
) -> None:
    make(
        "CREATE TABLE t (x text CHECK (x LIKE '%@%'), y text); INSERT INTO t VALUES ('a@b', 'why')"
    )
    done = load(backups, read(backups, {"t": {"x": "hash"}}), name)

    assert b'relation "t" violates check constraint "t_x_check"' in done.stderr
    assert b"why" not in done.stderr


def test_salt_differs_each_time_and_is_in_no_query(backups: PurePosixPath) -> None:
    """A host may log every query."""
    make("CREATE TABLE t (x text); INSERT INTO t VALUES ('a'), ('b'), ('a')")
    rules = {"t": {"x": "hash"}}
    first, second = (gzip.decompress(read(backups, rules)).decode() for _ in range(2))

    hashes = re.findall(r"^[0-9a-f]{16}$", first, re.MULTILINE)
    assert len(hashes) == 3
    assert len(set(hashes)) == 2
    assert not set(hashes) & set(second.splitlines())
    assert SALT not in reading.queries(
        Sql("postgresql", SALT), the_database(backups), Data.model_validate({"tables": rules})
    )


def test_columns_with_addresses_are_reported_by_name_only(backups: PurePosixPath) -> None:
    make("""CREATE TABLE t (a int, "b c" text, d jsonb, e bytea, f text[]);
        INSERT INTO t VALUES (1, 'no', '{"to": ["ann@example.com"]}', '\\x00', '{bob@example.com}')""")
    columns = columns_without_rule(the_database(backups).tables, Data())
    argv = addresses.search("postgresql", "shop", backups, "shop")
    output = run(argv, addresses.queries("postgresql", columns).encode()).decode()

    assert addresses.parse(output) == {("t", "d"), ("t", "f")}
    assert "example" not in output
