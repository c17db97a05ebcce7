"""A program in a terminal, recorded: what it prints when, and what the screen shows then."""

import os
import pty
import shlex
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pyte

Pieces = Sequence[tuple[float, bytes]]


@dataclass(frozen=True)
class Run:
    """Characters of one style that follow each other, from a column on."""

    column: int
    text: str
    color: str = ""
    bold: bool = False
    dim: bool = False


Row = tuple[Run, ...]


@dataclass(frozen=True)
class Frame:
    """What a screen shows from a time on, in seconds."""

    at: float
    rows: tuple[Row, ...]


def record(argv: Sequence[str], directory: Path, columns: int, lines: int) -> Pieces:
    """Runs a program in a terminal of that size, and shows meanwhile what it prints."""
    pieces: list[tuple[float, bytes]] = []
    began = time.monotonic()

    def read(terminal: int) -> bytes:
        data = os.read(terminal, 65536)
        pieces.append((time.monotonic() - began, data))
        return data

    size = {"COLUMNS": str(columns), "LINES": str(lines), "TERM": "xterm-256color"}
    given = " ".join(f"{name}={value}" for name, value in size.items())
    pty.spawn(
        ["sh", "-c", f"cd {shlex.quote(str(directory))}; {given} exec {shlex.join(argv)}"], read
    )
    return pieces


def frames(pieces: Pieces, columns: int, lines: int, every: float) -> Iterator[Frame]:
    """The screen each so many seconds at which it has changed, and at the end."""
    screen = _Screen(columns, lines)
    stream = pyte.ByteStream(screen)
    shown: tuple[Row, ...] = ()
    due = 0.0
    for at, data in pieces:
        stream.feed(data)
        if at >= due and (now := screen.rows()) != shown:
            yield Frame(at, shown := now)
            due = at + every
    yield Frame(pieces[-1][0] if pieces else 0.0, screen.rows())


class _Screen(pyte.Screen):
    """Remembers which characters are dim, which pyte does not: in its place they blink."""

    def select_graphic_rendition(self, *attributes: int, **_: bool) -> None:
        super().select_graphic_rendition(*(5 if one == 2 else one for one in attributes))
        if 22 in attributes or 0 in attributes or not attributes:
            self.cursor.attrs = self.cursor.attrs._replace(blink=False)

    def rows(self) -> tuple[Row, ...]:
        rows = [tuple(self._runs(self.buffer[y])) for y in range(self.lines)]
        while rows and not rows[-1]:
            rows.pop()
        return tuple(rows)

    def _runs(self, line: Mapping[int, pyte.screens.Char]) -> Iterator[Run]:
        cells = [(x, line[x]) for x in range(self.columns)]
        column = 0
        for style, group in groupby(cells, lambda cell: _style(cell[1])):
            text = "".join(char.data for _, char in group)
            if text.strip():
                begin = len(text) - len(text.lstrip())
                yield Run(column + begin, text.strip(), *style)
            column += len(text)


def _style(char: pyte.screens.Char) -> tuple[str, bool, bool]:
    color = {"default": "", "brown": "yellow"}.get(char.fg, char.fg)
    return color, char.bold, char.blink


def texts(rows: Iterable[Row]) -> list[str]:
    """The rows as plain text."""
    lines = []
    for row in rows:
        line = ""
        for run in row:
            line = line.ljust(run.column) + run.text
        lines.append(line)
    return lines
