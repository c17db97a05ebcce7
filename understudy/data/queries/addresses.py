"""Which columns hold e-mail addresses, whatever their names. Run as the app's user; reads only.

Only the names of such columns leave the host, nothing of a row.
"""

import json
from collections.abc import Iterable
from pathlib import PurePosixPath

from understudy.commands import Argv, answers, database
from understudy.config.app import Engine
from understudy.data.schema import Column, Table, identifier, literal

# A column with addresses has some in its first rows.
ROWS = 1000
_ARRAY = {"sqlite": "json_array", "postgresql": "json_build_array"}


def search(engine: Engine, site: str, directory: PurePosixPath, name: str) -> Argv:
    """Runs the queries on standard input on the database of that name."""
    text = {"sqlite": 'sql -readonly "$source/$3"', "postgresql": 'query "$source" -f -'}[engine]
    return database.program(engine, site, directory, text, name)


def queries(engine: Engine, columns: Iterable[tuple[Table, Column]]) -> str:
    """The input of search()."""
    return "".join(_query(engine, table, column) for table, column in columns)


def parse(output: str) -> frozenset[tuple[str, str]]:
    """Table and column of each column that holds an e-mail address. Raises StepFailed."""
    with answers.understood("columns"):
        return frozenset((table, column) for table, column in map(json.loads, output.splitlines()))


def _query(engine: Engine, table: Table, column: Column) -> str:
    names = f"{_ARRAY[engine]}({literal(table.name)}, {literal(column.name)})"
    first = f"SELECT {identifier(column.name)} AS value FROM {table.only} LIMIT {ROWS}"
    address = "CAST(value AS text) LIKE '%_@_%._%'"
    return f"SELECT {names} WHERE EXISTS (SELECT 1 FROM ({first}) AS firsts WHERE {address});\n"
