"""Whether columns hold e-mail addresses, whatever they are called. Run as the app's user; reads only.

Nothing of a row is told: the names of such columns leave the host, and no more.
"""

import json
from collections.abc import Iterable
from pathlib import PurePosixPath

from understudy.commands import Argv, answers, database
from understudy.config.app import Engine
from understudy.data.schema import Column, Table, identifier, literal

# A column of people has some of them early.
ROWS = 1000
_ARRAY = {"sqlite": "json_array", "postgresql": "json_build_array"}


def peek(engine: Engine, site: str, directory: PurePosixPath, name: str) -> Argv:
    """Runs the queries from standard input on the database of that name."""
    text = {"sqlite": 'sql -readonly "$source/$3"', "postgresql": 'query "$source" -f -'}[engine]
    return database.program(engine, site, directory, text, name)


def queries(engine: Engine, columns: Iterable[tuple[Table, Column]]) -> str:
    """What peek() gets."""
    return "".join(_query(engine, table, column) for table, column in columns)


def parse(output: str) -> frozenset[tuple[str, str]]:
    """Table and column of each that holds an e-mail address."""
    with answers.understood("columns"):
        return frozenset((table, column) for table, column in map(json.loads, output.splitlines()))


def _query(engine: Engine, table: Table, column: Column) -> str:
    told = f"{_ARRAY[engine]}({literal(table.name)}, {literal(column.name)})"
    first = f"SELECT {identifier(column.name)} AS value FROM {table.only} LIMIT {ROWS}"
    address = "CAST(value AS text) LIKE '%_@_%._%'"
    return f"SELECT {told} WHERE EXISTS (SELECT 1 FROM ({first}) AS firsts WHERE {address});\n"
