"""What a site's tables hold, as sums of their columns: to see what a migration has changed.

Run as the app's user; reads only.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from understudy.commands import Argv, answers, database
from understudy.config.app import Engine
from understudy.data.schema import Database, Table, identifier, literal


@dataclass(frozen=True)
class TableSummary:
    """columns: name -> a sum over all its values, whatever their order."""

    rows: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)


def summarise(engine: Engine, site: str, directory: PurePosixPath, name: str) -> Argv:
    """Runs the queries on standard input on the database of that name."""
    text = {"sqlite": 'sql "$source/$3"', "postgresql": 'query "$source" -f -'}[engine]
    return database.program(engine, site, directory, text, name)


def queries(engine: Engine, found: Database) -> str:
    """The input of summarise(), which prints JSON: a table, a column or null, its sum or the rows."""
    make = {"sqlite": _sqlite, "postgresql": _postgresql}[engine]
    tables = [table for table in found.tables if not table.virtual]
    return "\n".join(query for table in tables for query in make(table)) + "\n"


def parse(output: str) -> Mapping[str, TableSummary]:
    """The summary of each table by name. Raises StepFailed for another output."""
    with answers.understood("tables"):
        return _parsed(part for line in output.splitlines() for part in line.split("\t"))


def _parsed(parts: Iterable[str]) -> Mapping[str, TableSummary]:
    tables: dict[str, TableSummary] = {}
    for table, column, value in map(json.loads, parts):
        before = tables.get(table, TableSummary())
        if column is None:
            tables[table] = TableSummary(before.rows + value, before.columns)
        else:
            tables[table] = TableSummary(before.rows, {**before.columns, column: str(value)})
    return tables


def _sqlite(table: Table) -> Iterator[str]:
    # Without an index: the sum depends on the order, so it must be the table's own.
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
