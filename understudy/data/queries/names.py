"""Which columns hold a name of another site, and in how many rows. Run by addresses.search(); reads only.

Only the names of such columns and the numbers leave the host.
"""

import json
from collections.abc import Iterable, Mapping

from understudy.commands import answers
from understudy.config.app import Engine
from understudy.data.rewrite import Rewrite
from understudy.data.schema import Column, Table, identifier, literal

_ARRAY = {"sqlite": "json_array", "postgresql": "json_build_array"}


def queries(engine: Engine, rewrite: Rewrite, columns: Iterable[tuple[Table, Column]]) -> str:
    """The input of addresses.search()."""
    return "".join(_query(engine, rewrite, table, column) for table, column in columns)


def parse(output: str) -> Mapping[tuple[str, str], int]:
    """Table and column -> how many rows have a name; none for those without. Raises StepFailed."""
    with answers.understood("columns"):
        lines = map(json.loads, output.splitlines())
        return {(table, column): int(rows) for table, column, rows in lines}


def _query(engine: Engine, rewrite: Rewrite, table: Table, column: Column) -> str:
    """SQLite is quicker with the first condition, which is weaker: it has to look at fewer texts closely."""
    text = f"lower(CAST({identifier(column.name)} AS text))"
    may = " OR ".join(f"{text} LIKE {literal(f'%{part}%')}" for part in rewrite.parts)
    matches = {"sqlite": "REGEXP", "postgresql": "~"}[engine]
    has_name = f"({may}) AND {text} {matches} {literal(rewrite.pattern)}"
    rows = f"SELECT count(*) AS n FROM {table.only} WHERE {has_name}"
    names = f"{literal(table.name)}, {literal(column.name)}"
    return f"SELECT {_ARRAY[engine]}({names}, n) FROM ({rows}) AS counted WHERE n > 0;\n"
