"""Reads a site's data on its host, by the rules of deploy.yml, and writes nothing there.

The output is SQL that makes the same tables with the same rows, but for what the rules say. Each
table's rows are counted at the end, which is marked: see understudy/data/dump.py. Run as the app's user.
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from understudy.commands import Argv, database
from understudy.config.app import Engine
from understudy.config.data import Data
from understudy.data.anonymise import Sql
from understudy.data.queries import reading_postgresql, reading_sqlite
from understudy.data.queries.reading_sqlite import NUMBERS
from understudy.data.schema import Database, Table, literal

END = "-- end"


def read(engine: Engine, site: str, directory: PurePosixPath, name: str) -> Argv:
    """Runs the queries on standard input on the database of that name; the output is gzipped."""
    text = {"sqlite": reading_sqlite.READ, "postgresql": reading_postgresql.READ}[engine]
    return database.program(engine, site, directory, text, name)


def queries(sql: Sql, found: Database, data: Data) -> str:
    """The input of read(). It has SQLite's salt, which must not appear in a list of processes."""
    make = {"sqlite": reading_sqlite.queries, "postgresql": reading_postgresql.queries}[sql.engine]
    tables = [table for table in found.tables if not table.virtual]
    return "\n".join((*make(sql, found, data), *_end(tables, data))) + "\n"


def _end(tables: Sequence[Table], data: Data) -> Iterator[str]:
    """Counts the rows that were read, in the same transaction."""
    for table in tables:
        if table.name != NUMBERS:
            count = "0" if data.drops(table.name) else f"(SELECT count(*) FROM {table.only})"
            yield f"SELECT '-- rows ' || {count} || ' ' || {literal(table.name)};"
    yield f"SELECT {literal(END)};"
