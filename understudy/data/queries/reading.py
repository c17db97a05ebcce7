"""Reads a site's data where it is, by rules, and writes nothing there. Run as the app's user.

What comes out is SQL that makes the same tables with the same rows, but for what the rules say. After
each table's rows stands how many there are, at the end that it is one: see understudy/data/dump.py.
SQLite's writers wait for a reader, unless the database has a journal of the kind WAL. Without one it's
copied first, into a directory in /var/tmp that nobody else can read and that is removed at the end.
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from understudy.commands import Argv, database, script
from understudy.config.app import Engine
from understudy.config.data import Data
from understudy.data.anonymise import ROW_NUMBER, SALT, Sql, expression
from understudy.data.schema import Column, Database, Table, identifier, literal

END = "-- end"
# Where SQLite keeps the numbers it has given away: they are not given again.
NUMBERS = "sqlite_sequence"
# To insert one by one takes three times as long.
ROWS_OF_AN_INSERT = 200
# A longer row begins one: whoever loads it holds a whole one in memory, and takes a gigabyte at most.
LONG_ROW = 100_000


def schema(engine: Engine, site: str, directory: PurePosixPath) -> Argv:
    """Prints what schema.parse() reads. directory: that of the backups, as everywhere."""
    text = {"sqlite": _SQLITE_SCHEMA, "postgresql": _POSTGRESQL_SCHEMA}[engine]
    return database.program(engine, site, directory, text)


def read(engine: Engine, site: str, directory: PurePosixPath, name: str) -> Argv:
    """Runs the queries from standard input on the database of that name; the output is gzipped."""
    text = {"sqlite": _SQLITE_READ, "postgresql": _POSTGRESQL_READ}[engine]
    return database.program(engine, site, directory, text, name)


def queries(sql: Sql, found: Database, data: Data) -> str:
    """What read() gets. It holds SQLite's salt, which nobody shall see in a list of processes."""
    make = {"sqlite": _sqlite, "postgresql": _postgresql}[sql.engine]
    return "\n".join(make(sql, found, data)) + "\n"


def list_media(directory: PurePosixPath) -> Argv:
    """Prints size and path of each uploaded file, with a NUL after each."""
    return script("cd \"$1\"; find . -type f -printf '%s %P\\0'", directory)


def read_media(directory: PurePosixPath) -> Argv:
    """A gzipped tar of the files whose names, with a NUL after each, come on standard input.

    They are sorted, so that all are read before anything is written: who sends them listens later.
    """
    return script(
        'sort -z | tar -C "$1" --null --verbatim-files-from -T - --ignore-failed-read -cf - | gzip -1',
        directory,
    )


def _sqlite(sql: Sql, found: Database, data: Data) -> Iterator[str]:
    tables = [table for table in found.tables if not table.virtual]
    virtual = ", ".join(literal(table.name) for table in found.tables if table.virtual)
    yield "PRAGMA query_only = 1; PRAGMA temp_store = MEMORY;\nBEGIN;"
    yield "SELECT format('PRAGMA encoding = %Q;', encoding) FROM pragma_encoding;"
    for table in tables:
        if table.name == NUMBERS:
            yield "SELECT 'DELETE FROM sqlite_sequence;';"
            yield from _sqlite_rows(sql, table, data)
            continue
        yield f"SELECT {_MADE_BY} FROM sqlite_schema WHERE type = 'table' AND name = {literal(table.name)};"
        if table.columns and not data.drops(table.name):
            yield from _sqlite_rows(sql, table, data)
    yield f"SELECT {_MADE_BY} FROM sqlite_schema WHERE type IN ('index', 'view', 'trigger')"
    yield f"AND sql IS NOT NULL AND tbl_name NOT IN ({virtual}) ORDER BY type, rowid;"
    yield "SELECT format('PRAGMA user_version = %d;', user_version) FROM pragma_user_version;"
    yield from _end(tables, data)


def _sqlite_rows(sql: Sql, table: Table, data: Data) -> Iterator[str]:
    names = ", ".join(identifier(column.name) for column in table.columns)
    values = " || ',' || ".join(_quoted(sql, table, column, data) for column in table.columns)
    insert = literal(f"INSERT INTO {table.quoted} ({names}) VALUES (")
    yield f"SELECT '-- table ' || {literal(table.name)};"
    yield f"SELECT CASE WHEN {ROW_NUMBER} % {ROWS_OF_AN_INSERT} = 1 OR length(understudy_values) > {LONG_ROW}"
    yield f"THEN ';' || char(10) || {insert} ELSE ',(' END || understudy_values || ')' FROM"
    yield f"(SELECT {ROW_NUMBER}, {values} AS understudy_values FROM"
    # With a limit each, the two aren't made one, which would make the values twice.
    yield f"(SELECT *, row_number() OVER () AS {ROW_NUMBER} FROM {table.quoted}) LIMIT -1) LIMIT -1;"
    yield "SELECT ';';"


def _quoted(sql: Sql, table: Table, column: Column, data: Data) -> str:
    """As SQL has it. Left to itself, quote() ends a text at its first NUL, and has no word for infinity."""
    rule = data.rule(table.name, column.name)
    value = expression(sql, table, column, rule)
    if rule and rule.kind not in ("keep", "sql"):
        return f"quote({value})"
    return (
        f"CASE WHEN typeof({value}) = 'text' AND instr({value}, char(0)) "
        f"THEN 'CAST(' || quote(CAST({value} AS BLOB)) || ' AS TEXT)' "
        f"WHEN typeof({value}) = 'real' AND abs({value}) = 9e999 "
        f"THEN iif({value} > 0, '9e999', '-9e999') ELSE quote({value}) END"
    )


def _postgresql(sql: Sql, found: Database, data: Data) -> Iterator[str]:
    tables = [table for table in found.tables if table.columns and not data.drops(table.name)]
    yield from _POSTGRESQL_BEGIN
    # A mistake in a rule is told in words, for no row is read yet. Later a message could hold a value.
    for table in tables:
        yield f"COPY ({_select(sql, table, data)} LIMIT 0) TO STDOUT;"
    yield "\\set VERBOSITY sqlstate"
    yield _pg_dump("pre-data")
    for table in tables:
        yield from _postgresql_rows(sql, table, data)
    yield _POSTGRESQL_NUMBERS
    yield _pg_dump("post-data")
    yield _POSTGRESQL_VIEWS
    yield from _end(found.tables, data)


def _postgresql_rows(sql: Sql, table: Table, data: Data) -> Iterator[str]:
    names = ", ".join(identifier(column.name) for column in table.columns)
    copy = literal(f"COPY {table.quoted} ({names}) FROM stdin;")
    yield f"SELECT '-- table ' || {literal(table.name)};\nSELECT {copy};"
    yield f"COPY ({_select(sql, table, data)}) TO STDOUT;\nSELECT '\\.';"


def _select(sql: Sql, table: Table, data: Data) -> str:
    rules = ((column, data.rule(table.name, column.name)) for column in table.columns)
    values = ", ".join(expression(sql, table, column, rule) for column, rule in rules)
    numbered = f"SELECT *, row_number() OVER () AS {ROW_NUMBER} FROM {table.only}"
    return f"SELECT {values} FROM ({numbered}) AS numbered"


def _end(tables: Sequence[Table], data: Data) -> Iterator[str]:
    """Counts what was read, in the same transaction."""
    for table in tables:
        if table.name != NUMBERS:
            count = "0" if data.drops(table.name) else f"(SELECT count(*) FROM {table.only})"
            yield f"SELECT '-- rows ' || {count} || ' ' || {literal(table.name)};"
    yield f"SELECT {literal(END)};"


# On a line of its own: the last of the text may be a comment.
_MADE_BY = "sql || char(10) || ';'"


# psql would go on, and the end would tell that all is there: so whoever fails ends it.
def _pg_dump(section: str) -> str:
    return (
        f"\\! pg_dump -w --schema-only --section={section} --encoding=UTF8 --no-owner "
        "--no-privileges --no-comments --lock-wait-timeout=60s "
        f'--snapshot="$SNAPSHOT" "$DATABASE" || kill $PPID'
    )


_POSTGRESQL_BEGIN = (
    # As pg_dump: the host's own settings decide neither what comes nor as what it's written down.
    "SET client_encoding = 'UTF8';",
    "SET standard_conforming_strings = on;",
    "SET datestyle = ISO;",
    "SET intervalstyle = postgres;",
    "SET extra_float_digits = 1;",
    # The salt leaves neither the server's memory nor the session.
    f"SELECT set_config('{SALT}', gen_random_uuid()::text || gen_random_uuid(), false) \\g /dev/null",
    # Better an error than rows that a policy hides.
    "SET row_security = off;",
    # Not all versions have all of them.
    "SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN ('statement_timeout',",
    "'idle_in_transaction_session_timeout', 'transaction_timeout') \\g /dev/null",
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;",
    "SET LOCAL lock_timeout = '60s';",
    # pg_dump, and what is read here, see the same state.
    "SELECT pg_export_snapshot() AS snapshot \\gset",
    "\\setenv SNAPSHOT :snapshot",
    "\\setenv DATABASE :DBNAME",
)
# Numbers that were given away are not given again.
_POSTGRESQL_NUMBERS = """SELECT format('SELECT setval(%L, %s);', format('%I.%I', schemaname, sequencename),
    last_value) FROM pg_sequences WHERE last_value IS NOT NULL;"""

# One that is made of another one was made after it.
_POSTGRESQL_VIEWS = """SELECT format('REFRESH MATERIALIZED VIEW %I.%I;', nspname, relname)
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = 'm' AND relispopulated ORDER BY pg_class.oid;"""

_SQLITE_SCHEMA = r"""
unique="SELECT json_group_array(json((SELECT json_group_array(name) FROM pragma_index_info(i.name))))
    FROM pragma_index_list(t.name) AS i WHERE i.[unique]"
columns="SELECT json_group_array(json_object('name', name, 'type', type, 'required', [notnull], 'key', pk))
    FROM pragma_table_xinfo(t.name) WHERE hidden = 0"
tables="SELECT json_group_array(json_object('name', name, 'virtual', type = 'virtual',
    'columns', json(($columns)), 'unique', json(($unique))))
    FROM (SELECT * FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')
        AND (name NOT LIKE 'sqlite!_%' ESCAPE '!' OR name = 'sqlite_sequence')
        ORDER BY name = 'sqlite_sequence', name) AS t"
describe() {
    sql -readonly "$1" "SELECT json_object('name', (SELECT file FROM pragma_database_list WHERE name = 'main'),
        'size', page_count * page_size, 'tables', json(($tables)))
        FROM pragma_page_count, pragma_page_size"
}
find_data
each "$source" describe
"""

_POSTGRESQL_SCHEMA = r"""
query "$source" <<'SQL'
SELECT json_build_object('name', current_database(), 'size', pg_database_size(current_database()),
    'tables', (
        SELECT json_agg(json_build_object(
            'name', CASE nspname WHEN 'public' THEN '' ELSE nspname || '.' END || relname,
            'namespace', nspname,
            'columns', (
                SELECT json_agg(json_build_object('name', attname, 'type', format_type(atttypid, atttypmod),
                    'required', attnotnull, 'key', attnum = ANY (coalesce(indkey, ''))) ORDER BY attnum)
                FROM pg_attribute LEFT JOIN pg_index ON indrelid = attrelid AND indisprimary
                WHERE attrelid = t.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''),
            'unique', (
                SELECT json_agg((SELECT json_agg(attname) FROM pg_attribute
                    WHERE attrelid = indrelid AND attnum = ANY (indkey)))
                FROM pg_index WHERE indrelid = t.oid AND indisunique)
            ) ORDER BY nspname, relname)
        FROM pg_class AS t JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE relkind = 'r' AND nspname <> 'information_schema' AND nspname NOT LIKE 'pg!_%' ESCAPE '!'
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = t.oid AND deptype = 'e')));
SQL
"""

_SQLITE_READ = r"""
file=$source/$3
if [ "$(sql -readonly "$file" "PRAGMA journal_mode" </dev/null)" != wal ]; then
    umask 077
    # What a power failure has left: no pull takes a day.
    find /var/tmp -maxdepth 1 -name 'understudy-pull.*' -user "$(id -u)" -mmin +1440 -exec rm -rf {} +
    work=$(mktemp -d /var/tmp/understudy-pull.XXXXXX)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT PIPE TERM
    weigh "$file"
    free=$(df -k --output=avail "$work" | tail -n 1)
    [ "$free" -ge "$kib" ] || refuse "$work has $((free / 1024)) MiB free, and a copy of $file takes" \
        "$((kib / 1024)): its journal is not of the kind WAL, so it's not read where it is"
    (cd "$work" && copy "$file" </dev/null)
    file=$work/$3
fi
sql -readonly "$file" | gzip -1
"""

_POSTGRESQL_READ = 'query "$source" -f - | gzip -1'
