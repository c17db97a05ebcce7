"""Columns that look like personal data. Without a rule in deploy.yml they stop a pull. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from understudy.config.data import Data
from understudy.data.personal_patterns import TEXT, Pattern, pattern_of
from understudy.data.schema import Column, Table

# Values of `fixed` for types that are no text, where null is not allowed.
_FIXED = (
    (r"json|.*\[\]$", "{}"),
    (r"date|timestamp", "1970-01-01"),
    (r"inet|cidr", "0.0.0.0"),  # noqa: S104 - no address to listen at
    (r".*(int|serial|real|double|float|numeric|decimal)", "0"),
)

# Tables of a framework, whose rows are names in its code and the same everywhere.
OF_THE_FRAMEWORK = {
    "alembic_version",
    "auth_group",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "django_site",
    "sqlite_sequence",
}


@dataclass(frozen=True)
class Finding:
    """A column that needs a rule; column is "" for a whole table. rule: the one to propose."""

    table: str
    column: str
    reason: str
    rule: str

    def __str__(self) -> str:
        where = f"{self.table}.{self.column}" if self.column else self.table
        return f"{where}: looks like {self.reason}" if self.column else f"{where}: {self.reason}"


def find(tables: Iterable[Table], data: Data) -> tuple[Finding, ...]:
    """The columns that need a rule by their name or type, and have none."""
    return tuple(found for table in tables for found in _in_table(table, data))


def columns_without_rule(tables: Iterable[Table], data: Data) -> tuple[tuple[Table, Column], ...]:
    """The columns that leave the host unchanged and may hold a text."""
    return tuple(
        (table, column)
        for table in tables
        if _travels(table, data) and not table.virtual
        for column in table.columns
        if data.rule(table.name, column.name) is None and may_hold_text(column)
    )


def may_hold_text(column: Column) -> bool:
    return bool(re.match(TEXT, column.type))


def with_addresses(
    columns: Iterable[tuple[Table, Column]], found: Collection[tuple[str, str]]
) -> tuple[Finding, ...]:
    """The columns that need a rule by their values. found: tables and columns with e-mail addresses."""
    pattern = Pattern("", "a column with e-mail addresses", "hash")
    return tuple(
        Finding(table.name, column.name, pattern.reason, _proposal(pattern, table, column))
        for table, column in columns
        if (table.name, column.name) in found
    )


def snippet(findings: Iterable[Finding]) -> str:
    """Lines for deploy.yml with a rule for each finding."""
    return lines_by_table("tables", ((one.table, one.column, one.rule) for one in findings))


def lines_by_table(part: str, rules: Iterable[tuple[str, str, str]]) -> str:
    """Lines for deploy.yml: table, column ("" for the whole table) and rule of each, in that part of `data`."""
    lines = ["data:", f"  {part}:"]
    last = ""
    for table, column, rule in rules:
        if not column:
            lines.append(f"    {_key(table)}: {rule}")
            continue
        if table != last:
            lines.append(f"    {_key(table)}:")
            last = table
        lines.append(f"      {_key(column)}: {rule}")
    return "\n".join(lines)


def _travels(table: Table, data: Data) -> bool:
    return not data.drops(table.name) and table.bare not in OF_THE_FRAMEWORK


def _in_table(table: Table, data: Data) -> Iterator[Finding]:
    if not _travels(table, data):
        return
    if table.virtual:
        reason = "is a virtual table, which holds words of other tables: it can only be dropped"
        yield Finding(table.name, "", reason, "drop")
        return
    for column in table.columns:
        pattern = pattern_of(column)
        if pattern and data.rule(table.name, column.name) is None:
            yield Finding(
                table.name, column.name, pattern.reason, _proposal(pattern, table, column)
            )


def _proposal(pattern: Pattern, table: Table, column: Column) -> str:
    """A rule that fits the column."""
    optional = not (column.required or column.key)
    unique = any(column.name in names for names in table.unique)
    if column.is_text and not unique and pattern.rule != "'null'":
        return pattern.rule
    if optional and (pattern.rule == "'null'" or not column.is_text):
        return "'null'"
    if column.is_text:
        return pattern.rule if pattern.rule in ("email", "name") else "hash"
    fixed = next((value for kind, value in _FIXED if re.match(kind, column.type)), "")
    return f'{{fixed: "{fixed}"}}'


def _key(name: str) -> str:
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", name)
    return name if plain and name.lower() not in ("null", "yes", "no", "on", "off") else repr(name)
