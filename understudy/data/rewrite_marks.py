"""Marks in the SQL of a host's data, around each text that has one of the site's names.

A query that reads the data makes them. On its way to another host each text is changed, and its marks are
removed: so it comes with the names of the host that it's loaded onto, and no data is parsed. Pure.
"""

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from understudy.config.app import Engine
from understudy.config.data import Data
from understudy.data.rewrite import Rewrite
from understudy.data.schema import Column, Table, literal

# Types whose values are written as the text that they are cast to. "": SQLite's columns without a type.
_TYPES = re.compile(r"$|.*(char|text|clob|json|xml|hstore)")
_LIKE = {"sqlite": "LIKE", "postgresql": "ILIKE"}


@dataclass(frozen=True)
class Marks:
    """word: begins each mark, and no text has it by chance. parts: texts with one of them are marked."""

    word: str = ""
    parts: tuple[str, ...] = ()

    def condition(self, engine: Engine, column: Column, value: str) -> str:
        """SQL that says whether the value is to be marked; "" if none of the column is."""
        if not _TYPES.match(column.type):
            return ""
        return " OR ".join(f"{value} {_LIKE[engine]} {literal(f'%{part}%')}" for part in self.parts)

    def around(self, table: Table, column: Column, value: str) -> str:
        """SQL of the text with its marks."""
        name = f"{table.name}\0{column.name}".encode().hex()
        return f"{literal(f'{self.word}:{name}:')} || {value} || {literal(f'{self.word};')}"


NO_MARKS = Marks()


def mistakes(data: Data, tables: Iterable[Table]) -> Iterator[str]:
    """A sentence for each rule of `data.rewrite` that doesn't fit the tables."""
    known = list(tables)
    for name, rules in data.rewrite.items():
        same = [table for table in known if table.name == name]
        if not same:
            yield f"data.rewrite.{name}: there is no such table"
            continue
        for column, rule in rules.items():
            found = [there for table in same if (there := table.column(column))]
            place = f"data.rewrite.{name}.{column}"
            if not found:
                yield f"{place}: there is no such column"
            elif rule == "replace" and not all(_TYPES.match(one.type) for one in found):
                yield f"{place}: names are replaced in text and JSON, and this is {found[0].type}"


def rewritten(pieces: Iterable[bytes], word: str, rewrite: Rewrite, data: Data) -> Iterator[bytes]:
    """Gzipped SQL with marks -> the same without, where the rules replace names. word: of the marks."""
    zipped = zlib.compressobj(1, wbits=31)
    for text in _changed(_unzipped(pieces), word.encode(), rewrite, data):
        yield zipped.compress(text)
    yield zipped.flush()


def _unzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    unzip = zlib.decompressobj(wbits=31)
    for piece in pieces:
        yield unzip.decompress(piece)
    yield unzip.flush()


def _changed(pieces: Iterable[bytes], word: bytes, rewrite: Rewrite, data: Data) -> Iterator[bytes]:
    marked = re.compile(re.escape(word) + b":([0-9a-f]+):(.*?)" + re.escape(word) + b";", re.DOTALL)

    def change(found: re.Match[bytes]) -> bytes:
        table, _, column = bytes.fromhex(found[1].decode()).decode().partition("\0")
        return rewrite.in_text(found[2]) if data.names(table, column) == "replace" else found[2]

    rest = b""
    for piece in pieces:
        text = marked.sub(change, rest + piece)
        # What is left of a mark waits for its end, as does what may be the beginning of one.
        begun = text.find(word)
        end = begun if begun >= 0 else max(len(text) - len(word), 0)
        yield text[:end]
        rest = text[end:]
    yield rest
