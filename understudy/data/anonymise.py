"""Rules of deploy.yml -> SQL. It stands in the query that reads production, so that no value that has
a rule leaves it. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from understudy.config.app import Engine
from understudy.config.data import Data, Rule
from understudy.data.schema import Column, Table, identifier, literal

# The number of a row in a table that numbers none itself.
ROW_NUMBER = "understudy_row"
# The variable of PostgreSQL's session that has the salt.
SALT = "understudy.salt"
_LOREM = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt "
# Each of them is as long as needed to be another one in each row, or gets cut to what fits.
_MAKES_TEXT = {"email", "name", "hash", "text", "unusable"}
# Two rows may get the same.
_REPEATS = {"text", "fixed", "unusable"}


@dataclass(frozen=True)
class Sql:
    """What the engines say differently.

    salt: makes hashes that nobody can look up. PostgreSQL makes one itself, for its log may have all
    queries; see commands/reading.py.
    """

    engine: Engine
    salt: str

    def hash(self, text: str) -> str:
        if self.engine == "sqlite":
            return f"substr(lower(hex(sha3({literal(self.salt)} || {text}, 256))), 1, 16)"
        salted = f"convert_to(current_setting('{SALT}') || {text}, getdatabaseencoding())"
        return f"left(encode(sha256({salted}), 'hex'), 16)"

    def lorem(self, text: str) -> str:
        times, lorem = f"length({text}) / {len(_LOREM)} + 1", literal(_LOREM)
        if self.engine == "sqlite":
            repeated = f"replace(printf('%.*c', {times}, 'x'), 'x', {lorem})"
        else:
            repeated = f"repeat({lorem}, {times})"
        return f"substr({repeated}, 1, length({text}))"


def expression(sql: Sql, table: Table, column: Column, rule: Rule | None) -> str:
    """What is read instead of the column."""
    name = identifier(column.name)
    match rule.kind if rule else "keep":
        case "keep":
            return name
        case "null":
            return "NULL"
    assert rule  # noqa: S101
    if rule.kind == "fixed":
        return literal(rule.text)
    if rule.kind == "sql":
        return f"({rule.text})"
    # What was empty tells of nobody, and stays: an app may count on it.
    return f"CASE WHEN {name} <> '' THEN {_made(sql, table, column, rule)} ELSE {name} END"


def _made(sql: Sql, table: Table, column: Column, rule: Rule) -> str:
    number, name = identifier(table.number or ROW_NUMBER), identifier(column.name)
    made = {
        "email": f"'user' || {number} || '@example.invalid'",
        "name": f"'Person ' || {number}",
        "hash": sql.hash(name),
        "text": sql.lorem(name),
        # Django takes it for the hash of no password.
        "unusable": "'!'",
    }[rule.kind]
    return f"substr({made}, 1, {column.length})" if column.length else made


def mistakes(data: Data, tables: Iterable[Table]) -> tuple[str, ...]:
    """What in the rules doesn't fit the tables there are; several may have the same name."""
    known: Mapping[str, list[Table]] = {}
    for table in tables:
        known = {**known, table.name: [*known.get(table.name, []), table]}
    return tuple(
        told for name in data.tables for told in _in_table(name, data, known.get(name, []))
    )


def _in_table(name: str, data: Data, tables: list[Table]) -> Iterator[str]:
    if not tables:
        yield f"data.tables.{name}: there is no such table"
        return
    for column, rule in (data.tables[name] or {}).items():
        found = [table for table in tables if table.column(column)]
        if not found:
            yield f"data.tables.{name}.{column}: there is no such column"
        for table in found:
            yield from _in_column(table, column, rule)


def _in_column(table: Table, name: str, rule: Rule) -> Iterator[str]:
    column, place = table.column(name), f"data.tables.{table.name}.{name}"
    assert column  # noqa: S101
    if rule.kind == "null" and (column.required or column.key):
        yield f"{place}: can't be null"
    if rule.kind in _MAKES_TEXT and not column.is_text:
        yield f"{place}: {rule.kind} makes a text, and this is {column.type}: use null, fixed or sql"
    if rule.kind in _REPEATS and any(name in unique for unique in table.unique):
        yield f"{place}: has to be unique, and {rule.kind} repeats itself: use hash, email or name"
