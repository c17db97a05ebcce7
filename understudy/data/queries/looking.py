"""What a site's tables hold, as sums of their columns: to tell what a migration has changed.

Run as the app's user; reads only.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from understudy.commands import Argv, answers, backups, database
from understudy.config.app import Engine
from understudy.data.schema import Database, Table, identifier, literal

# Between two looks at the locks.
SECONDS = 0.2


@dataclass(frozen=True)
class TableLook:
    """columns: name -> a sum over all its values, in no matter which order."""

    rows: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)


def look(engine: Engine, site: str, directory: PurePosixPath, name: str) -> Argv:
    """Runs the queries from standard input on the database of that name."""
    text = {"sqlite": 'sql "$source/$3"', "postgresql": 'query "$source" -f -'}[engine]
    return database.program(engine, site, directory, text, name)


def queries(engine: Engine, found: Database) -> str:
    """What look() gets. Each line of the answer: table, column or null, rows or sum, as JSON."""
    make = {"sqlite": _sqlite, "postgresql": _postgresql}[engine]
    tables = [table for table in found.tables if not table.virtual]
    return "\n".join(query for table in tables for query in make(table)) + "\n"


def parse(output: str) -> Mapping[str, TableLook]:
    with answers.understood("tables"):
        return _parsed(part for line in output.splitlines() for part in line.split("\t"))


def _parsed(parts: Iterable[str]) -> Mapping[str, TableLook]:
    tables: dict[str, TableLook] = {}
    for table, column, told in map(json.loads, parts):
        before = tables.get(table, TableLook())
        if column is None:
            tables[table] = TableLook(before.rows + told, before.columns)
        else:
            tables[table] = TableLook(before.rows, {**before.columns, column: str(told)})
    return tables


def migrations(engine: Engine, site: str, directory: PurePosixPath, name: str) -> Argv:
    """Prints Django's migrations that the database has, `app name` each; nothing if it has none."""
    query = "SELECT app || ' ' || name FROM django_migrations"
    text = {"sqlite": 'sql "$source/$3" "$4"', "postgresql": 'query "$source" -c "$4"'}[engine]
    return database.program(engine, site, directory, f"{text} 2>/dev/null || true", name, query)


def try_backup(engine: Engine, site: str, directory: PurePosixPath, name: str) -> Argv:
    """Does with a backup what putting it back would do, elsewhere."""
    text = 'try_copy "$directory/$3" >/dev/null'
    return database.program(engine, site, directory, text, backups.checked(name))


def watch_locks(site: str, directory: PurePosixPath) -> Argv:
    """Prints, again and again, each lock that keeps others from writing: `mode table`. PostgreSQL's."""
    text = f"query \"$source\" <<'SQL'\n{_LOCKS} \\watch {SECONDS}\nSQL"
    return database.program("postgresql", site, directory, text)


def lint(run: PurePosixPath, names: Sequence[str]) -> Argv:
    """What django-migration-linter says of these migrations, if the app has it."""
    return (str(run), *_LINT, *names)


def _sqlite(table: Table) -> Iterator[str]:
    # Without an index: the rows come in the table's own order.
    rows = f"FROM {table.quoted} NOT INDEXED"
    name = literal(table.name)
    yield f"SELECT json_array({name}, NULL, count(*)) {rows};"
    for column in table.columns:
        query = literal(f"SELECT {identifier(column.name)} {rows}")
        yield f"SELECT json_array({name}, {literal(column.name)}, hex(sha3_query({query}, 224)));"


def _postgresql(table: Table) -> Iterator[str]:
    name = literal(table.name)
    sums = "".join(
        f", json_build_array({name}, {literal(column.name)}, "
        f"coalesce(sum(hashtextextended({identifier(column.name)}::text, 0)::numeric), 0)::text)"
        for column in table.columns
    )
    yield f"SELECT json_build_array({name}, NULL, count(*)){sums} FROM {table.only};"


# psql notices that nobody listens any more when it has something to say.
_LOCKS = """SELECT mode, relname FROM pg_locks JOIN pg_class ON pg_class.oid = relation
WHERE granted AND locktype = 'relation' AND relkind IN ('r', 'p') AND pid <> pg_backend_pid() AND database =
    (SELECT oid FROM pg_database WHERE datname = current_database())
AND relation >= 16384 AND mode IN ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock',
    'ExclusiveLock', 'AccessExclusiveLock')
UNION ALL SELECT 'still', 'here'"""
_LINT = ("python", "manage.py", "lintmigrations", "--no-cache", "--include-name")
