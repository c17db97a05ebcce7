"""Reads a database of SQLite as SQL.

A reader holds up SQLite's writers, unless the database has a journal of the kind WAL
(https://www.sqlite.org/wal.html). Without one the database is copied first, into a directory in
/var/tmp that no other user can read and that is removed at the end.
"""

from collections.abc import Iterator

from understudy.config.data import Data
from understudy.data.anonymise import ROW_NUMBER, Sql, expression
from understudy.data.schema import Column, Database, Table, identifier, literal

# SQLite keeps the numbers here that must not be given again.
NUMBERS = "sqlite_sequence"
# To insert rows one by one takes three times as long.
ROWS_OF_AN_INSERT = 200
# A longer row begins a statement of its own: SQLite holds a whole one in memory, up to a gigabyte.
LONG_ROW = 100_000


def queries(sql: Sql, found: Database, data: Data) -> Iterator[str]:
    """The queries that print the database as SQL; reading.py adds the numbers of rows."""
    tables = [table for table in found.tables if not table.virtual]
    virtual = ", ".join(literal(table.name) for table in found.tables if table.virtual)
    yield "PRAGMA query_only = 1; PRAGMA temp_store = MEMORY;\nBEGIN;"
    yield "SELECT printf('PRAGMA encoding = %Q;', encoding) FROM pragma_encoding;"
    for table in tables:
        if table.name == NUMBERS:
            yield "SELECT 'DELETE FROM sqlite_sequence;';"
            yield from _rows(sql, table, data)
            continue
        yield f"SELECT {_MADE_BY} FROM sqlite_schema WHERE type = 'table' AND name = {literal(table.name)};"
        if table.columns and not data.drops(table.name):
            yield from _rows(sql, table, data)
    yield f"SELECT {_MADE_BY} FROM sqlite_schema WHERE type IN ('index', 'view', 'trigger')"
    yield f"AND sql IS NOT NULL AND tbl_name NOT IN ({virtual}) ORDER BY type, rowid;"
    yield "SELECT printf('PRAGMA user_version = %d;', user_version) FROM pragma_user_version;"


def _rows(sql: Sql, table: Table, data: Data) -> Iterator[str]:
    names = ", ".join(identifier(column.name) for column in table.columns)
    values = " || ',' || ".join(_quoted(sql, table, column, data) for column in table.columns)
    insert = literal(f"INSERT INTO {table.quoted} ({names}) VALUES (")
    yield f"SELECT '-- table ' || {literal(table.name)};"
    yield f"SELECT CASE WHEN {ROW_NUMBER} % {ROWS_OF_AN_INSERT} = 1 OR length(understudy_values) > {LONG_ROW}"
    yield f"THEN ';' || char(10) || {insert} ELSE ',(' END || understudy_values || ')' FROM"
    yield f"(SELECT {ROW_NUMBER}, {values} AS understudy_values FROM"
    # The limits keep SQLite from merging the two, which would compute the values twice.
    yield f"(SELECT *, row_number() OVER () AS {ROW_NUMBER} FROM {table.quoted}) LIMIT -1) LIMIT -1;"
    yield "SELECT ';';"


def _quoted(sql: Sql, table: Table, column: Column, data: Data) -> str:
    """A value as SQL. quote() alone ends a text at its first NUL, and has nothing for infinity."""
    rule = data.rule(table.name, column.name)
    value = expression(sql, table, column, rule)
    if rule and rule.kind not in ("keep", "sql"):
        return f"quote({value})"
    has_name = sql.marks.condition(sql.engine, column, value)
    marked = (
        f"WHEN typeof({value}) = 'text' AND ({has_name}) "
        f"THEN quote({sql.marks.around(table, column, value)}) "
        if has_name
        else ""
    )
    return (
        f"CASE WHEN typeof({value}) = 'text' AND instr({value}, char(0)) "
        f"THEN 'CAST(' || quote(CAST({value} AS BLOB)) || ' AS TEXT)' "
        f"WHEN typeof({value}) = 'real' AND abs({value}) = 9e999 "
        f"THEN iif({value} > 0, '9e999', '-9e999') {marked}ELSE quote({value}) END"
    )


# On a line of its own: the text may end in a comment.
_MADE_BY = "sql || char(10) || ';'"

READ = r"""
file=$source/$3
if [ "$(sql -readonly "$file" "PRAGMA journal_mode" </dev/null)" != wal ]; then
    umask 077
    # Left by a power failure: no pull takes a day.
    find /var/tmp -maxdepth 1 -name 'understudy-pull.*' -user "$(id -u)" -mmin +1440 -exec rm -rf {} +
    work=$(mktemp -d /var/tmp/understudy-pull.XXXXXX)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT PIPE TERM
    weigh "$file"
    free=$(df -k --output=avail "$work" | tail -n 1)
    [ "$free" -ge "$kib" ] || refuse "$work has $((free / 1024)) MiB free, and a copy of $file takes" \
        "$((kib / 1024)): its journal is not of the kind WAL, so it is copied first"
    (cd "$work" && copy "$file" </dev/null)
    file=$work/$3
fi
sql -readonly "$file" | gzip -1
"""
