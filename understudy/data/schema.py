"""What a database holds: its tables and columns, as the host tells them. No row is ever asked for."""

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
    """type: as the database calls it, in small letters."""

    name: str
    type: str
    required: bool = False
    key: bool = False

    @property
    def is_text(self) -> bool:
        """Whether any text fits in. SQLite takes it, too, where no type is given."""
        return bool(_TEXT.match(self.type)) and not self.type.endswith("[]")

    @property
    def is_integer(self) -> bool:
        return bool(_INTEGER.match(self.type))

    @property
    def length(self) -> int | None:
        """The most characters that fit in."""
        found = _LENGTH.match(self.type)
        return int(found.group(1)) if found else None


@dataclass(frozen=True)
class Table:
    """name: as deploy.yml calls it. namespace: PostgreSQL's schema. unique: sets of columns.

    virtual: its rows are made of other tables' by a module of the app's.
    """

    name: str
    columns: tuple[Column, ...]
    unique: tuple[frozenset[str], ...] = ()
    namespace: str = ""
    virtual: bool = False

    @property
    def quoted(self) -> str:
        """As SQL has it."""
        if not self.namespace:
            return identifier(self.name)
        return f"{identifier(self.namespace)}.{identifier(self.bare)}"

    @property
    def only(self) -> str:
        """The rows of it itself: PostgreSQL would add those of the tables that inherit from it."""
        return f"ONLY {self.quoted}" if self.namespace else self.quoted

    @property
    def bare(self) -> str:
        """Its name without the schema's, which deploy.yml has in front for all but `public`."""
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
    """Lines of JSON, a database each, as commands/reading.py asks for them."""
    with answers.understood("databases"):
        return tuple(_database(json.loads(line)) for line in output.splitlines() if line)


def _database(told: dict[str, Any]) -> Database:
    tables = tuple(_table(table) for table in told["tables"] or ())
    # Files here are called so, too.
    name = answers.fitting("database's name", PurePosixPath(told["name"]).name, answers.DATABASE)
    return Database(name, int(told["size"]), tables)


def _table(told: dict[str, Any]) -> Table:
    return Table(
        name=told["name"],
        namespace=told.get("namespace", ""),
        virtual=bool(told.get("virtual")),
        unique=tuple(_named(names) for names in told["unique"] or ()),
        columns=tuple(
            Column(one["name"], one["type"].lower(), bool(one["required"]), bool(one["key"]))
            for one in told["columns"] or ()
        ),
    )


def _named(names: list[str | None] | None) -> frozenset[str]:
    """Of an expression, such as the lower() of a column, there is no name."""
    return frozenset(name for name in names or () if name)


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
