"""The tables and columns of a database, as the host describes them; no rows."""

import json
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from understudy.commands import answers

_INTEGER = re.compile(r"(big|small|medium|tiny)?(int|integer|serial)(eger)?(2|4|8)?\b")
_TEXT = re.compile(r"$|.*(char|text|clob|citext)")
_LENGTH = re.compile(r".*char[a-z ]*\((\d+)\)")


@dataclass(frozen=True)
class Column:
    """type: the database's own name of it, in lower case. key: part of the primary key."""

    name: str
    type: str
    required: bool = False
    key: bool = False

    @property
    def is_text(self) -> bool:
        """Whether the column takes any text; in SQLite also one without a type."""
        return bool(_TEXT.match(self.type)) and not self.type.endswith("[]")

    @property
    def is_integer(self) -> bool:
        return bool(_INTEGER.match(self.type))

    @property
    def length(self) -> int | None:
        """The most characters that the column takes; None if that is not limited."""
        found = _LENGTH.match(self.type)
        return int(found.group(1)) if found else None


@dataclass(frozen=True)
class Table:
    """name: as in deploy.yml. namespace: PostgreSQL's schema. unique: sets of columns.

    virtual: a module of SQLite makes its rows from other tables.
    """

    name: str
    columns: tuple[Column, ...]
    unique: tuple[frozenset[str], ...] = ()
    namespace: str = ""
    virtual: bool = False

    @property
    def quoted(self) -> str:
        """Its name in SQL."""
        if not self.namespace:
            return identifier(self.name)
        return f"{identifier(self.namespace)}.{identifier(self.bare)}"

    @property
    def only(self) -> str:
        """Its name in SQL without the tables that inherit from it, whose rows PostgreSQL would add."""
        return f"ONLY {self.quoted}" if self.namespace else self.quoted

    @property
    def bare(self) -> str:
        """Its name without the schema, which precedes it in deploy.yml for all schemas but `public`."""
        return self.name.removeprefix(f"{self.namespace}.")

    @property
    def number(self) -> str | None:
        """The column that numbers the rows, if there is one."""
        keys = [column for column in self.columns if column.key]
        return keys[0].name if len(keys) == 1 and keys[0].is_integer else None

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True)
class Database:
    """name: of its file, or PostgreSQL's. size: bytes."""

    name: str
    size: int
    tables: tuple[Table, ...]


def parse(output: str) -> tuple[Database, ...]:
    """Lines of JSON, a database each: see queries/tables.py. Raises StepFailed for anything else."""
    with answers.understood("databases"):
        return tuple(_database(json.loads(line)) for line in output.splitlines() if line)


def identifier(name: str) -> str:
    """A quoted name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A quoted text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def _database(found: dict[str, Any]) -> Database:
    tables = tuple(_table(table) for table in found["tables"] or ())
    # Files on this machine get this name.
    name = answers.fitting("database's name", PurePosixPath(found["name"]).name, answers.DATABASE)
    return Database(name, int(found["size"]), tables)


def _table(found: dict[str, Any]) -> Table:
    return Table(
        name=found["name"],
        namespace=found.get("namespace", ""),
        virtual=bool(found.get("virtual")),
        unique=tuple(_named(names) for names in found["unique"] or ()),
        columns=tuple(
            Column(one["name"], one["type"].lower(), bool(one["required"]), bool(one["key"]))
            for one in found["columns"] or ()
        ),
    )


def _named(names: list[str | None] | None) -> frozenset[str]:
    """An expression in an index, such as lower(), has no name."""
    return frozenset(name for name in names or () if name)
