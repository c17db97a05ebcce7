"""Reads a database of PostgreSQL as SQL for psql: the definitions by pg_dump, the rows by COPY."""

from collections.abc import Iterator

from understudy.config.data import Data
from understudy.data.anonymise import ROW_NUMBER, SALT, Sql, expression
from understudy.data.schema import Column, Database, Table, identifier, literal


def queries(sql: Sql, found: Database, data: Data) -> Iterator[str]:
    """The input of psql that prints the database as SQL; reading.py adds the numbers of rows."""
    tables = [table for table in found.tables if table.columns and not data.drops(table.name)]
    yield from _BEGIN
    # A mistake in a rule is reported in full here, before any row is read; later a message could show a value.
    for table in tables:
        yield f"COPY ({_select(sql, table, data)} LIMIT 0) TO STDOUT;"
    yield "\\set VERBOSITY sqlstate"
    yield _pg_dump("pre-data")
    for table in tables:
        yield from _rows(sql, table, data)
    yield _NUMBERS
    yield _pg_dump("post-data")
    yield _VIEWS


def _rows(sql: Sql, table: Table, data: Data) -> Iterator[str]:
    names = ", ".join(identifier(column.name) for column in table.columns)
    copy = literal(f"COPY {table.quoted} ({names}) FROM stdin;")
    yield f"SELECT '-- table ' || {literal(table.name)};\nSELECT {copy};"
    yield f"COPY ({_select(sql, table, data)}) TO STDOUT;\nSELECT '\\.';"


def _select(sql: Sql, table: Table, data: Data) -> str:
    values = ", ".join(_value(sql, table, column, data) for column in table.columns)
    numbered = f"SELECT *, row_number() OVER () AS {ROW_NUMBER} FROM {table.only}"
    return f"SELECT {values} FROM ({numbered}) AS numbered"


def _value(sql: Sql, table: Table, column: Column, data: Data) -> str:
    rule = data.rule(table.name, column.name)
    value = expression(sql, table, column, rule)
    if rule and rule.kind not in ("keep", "sql"):
        return value
    text = f"({value})::text"
    has_name = sql.marks.condition(sql.engine, column, text)
    if not has_name:
        return value
    return f"CASE WHEN {has_name} THEN {sql.marks.around(table, column, text)} ELSE {text} END"


# psql would continue after an error, and print the end: so a failing pg_dump ends psql.
def _pg_dump(section: str) -> str:
    return (
        f"\\! pg_dump -w --schema-only --section={section} --encoding=UTF8 --no-owner "
        "--no-privileges --no-comments --lock-wait-timeout=60s "
        f'--snapshot="$SNAPSHOT" "$DATABASE" || kill $PPID'
    )


_BEGIN = (
    # As pg_dump does: the host's own settings must not change the output.
    "SET client_encoding = 'UTF8';",
    "SET standard_conforming_strings = on;",
    "SET datestyle = ISO;",
    "SET intervalstyle = postgres;",
    "SET extra_float_digits = 1;",
    # The salt stays in the server's memory, for this session only.
    f"SELECT set_config('{SALT}', gen_random_uuid()::text || gen_random_uuid(), false) \\g /dev/null",
    # An error instead of rows that a policy hides.
    "SET row_security = off;",
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;",
    "SET LOCAL lock_timeout = '60s';",
    # pg_dump sees the same state as the queries here.
    "SELECT pg_export_snapshot() AS snapshot \\gset",
    "\\setenv SNAPSHOT :snapshot",
    "\\setenv DATABASE :DBNAME",
)
# Numbers that were used are not given again.
_NUMBERS = """SELECT format('SELECT setval(%L, %s);', format('%I.%I', schemaname, sequencename),
    last_value) FROM pg_sequences WHERE last_value IS NOT NULL;"""
# In the order of their creation: a view may read another one.
_VIEWS = """SELECT format('REFRESH MATERIALIZED VIEW %I.%I;', nspname, relname)
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = 'm' AND relispopulated ORDER BY pg_class.oid;"""

READ = 'query "$source" -f - | gzip -1'
