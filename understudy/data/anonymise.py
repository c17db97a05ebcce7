"""Rules of deploy.yml -> SQL for the query that reads production, so that no value with a rule leaves it.

Pure.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from understudy.config.app import Engine
from understudy.config.data import Data, Rule
from understudy.data.rewrite_marks import NO_MARKS, Marks
from understudy.data.schema import Column, Table, identifier, literal

# The column with the row's number, for a table that has none.
ROW_NUMBER = "understudy_row"
# The variable with the salt, in PostgreSQL's session.
SALT = "understudy.salt"
_LOREM = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt "
# Kinds of rules that make a text; it is cut to the column's length.
_MAKES_TEXT = {"email", "name", "hash", "text", "unusable"}
# Kinds of rules that may make the same text in two rows.
_REPEATS = {"text", "fixed", "unusable"}


@dataclass(frozen=True)
class Sql:
    """The parts of SQL in which the engines differ.

    salt: without it hashes of known values could be compared. PostgreSQL makes a salt itself, because
    its log may have all queries: see queries/reading_postgresql.py. marks: of texts with the site's names.
    """

    engine: Engine
    salt: str
    marks: Marks = NO_MARKS

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
    """The SQL that is read instead of the column."""
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
    # An empty text is no personal data, and stays: an app may depend on it.
    return f"CASE WHEN {name} <> '' THEN {_made(sql, table, column, rule)} ELSE {name} END"


def mistakes(data: Data, tables: Iterable[Table]) -> tuple[str, ...]:
    """A sentence for each rule that doesn't fit the tables; several tables may have the same name."""
    known: Mapping[str, list[Table]] = {}
    for table in tables:
        known = {**known, table.name: [*known.get(table.name, []), table]}
    return tuple(
        mistake for name in data.tables for mistake in _in_table(name, data, known.get(name, []))
    )


def _made(sql: Sql, table: Table, column: Column, rule: Rule) -> str:
    number, name = identifier(table.number or ROW_NUMBER), identifier(column.name)
    made = {
        "email": f"'user' || {number} || '@example.invalid'",
        "name": f"'Person ' || {number}",
        "hash": sql.hash(name),
        "text": sql.lorem(name),
        # Django's mark of an unusable password.
        "unusable": "'!'",
    }[rule.kind]
    return f"substr({made}, 1, {column.length})" if column.length else made


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
        yield f"{place}: must be unique, and {rule.kind} may repeat a value: use hash, email or name"
