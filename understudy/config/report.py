"""Mistakes in deploy.yml as one error: each with its line, and a look at that line. Pure."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from understudy.config.spots import Spot
from understudy.errors import ConfigError

# More would hide the messages.
_MOST_EXCERPTS = 5
_WIDTH = 72
HINT = "docs/configuration.md has every key with its type and default."


@dataclass(frozen=True)
class Mistake:
    """words: which key, and what is right."""

    spot: Spot
    words: str


def error(
    text: str,
    name: str,
    mistakes: Iterable[Mistake],
    *,
    hidden: Collection[int] = (),
    hint: str = HINT,
) -> ConfigError:
    """All of them, in the order of lines. text, name: of the file. hidden: lines that may have secrets."""
    ordered = sorted(mistakes, key=lambda one: one.spot.line)
    lines = text.splitlines()
    details: list[str] = []
    for one in ordered:
        details.append(f"{name}:{one.spot.line}: {one.words}")
        if len(ordered) <= _MOST_EXCERPTS and one.spot.line not in hidden:
            details += excerpt(lines, one.spot)
    count = f"{len(ordered)} mistake{'s' if len(ordered) > 1 else ''}"
    return ConfigError(f"{name} has {count}", details="\n".join(details), hint=hint)


def excerpt(lines: list[str], spot: Spot) -> Iterator[str]:
    """The line with its number, and marks below the spot; nothing of an empty line."""
    line = lines[spot.line - 1].replace("\t", "→") if spot.line <= len(lines) else ""
    if not line.strip():
        return
    begin = max(0, spot.column - 1 - _WIDTH // 2) if len(line) > _WIDTH else 0
    shown = line[begin : begin + _WIDTH].rstrip()
    column = spot.column - 1 - begin
    marks = "^" * max(1, min(spot.length, len(shown) - column))
    number = f"{spot.line:>4}"
    yield f"{number} | {shown}"
    yield f"{' ' * len(number)} | {' ' * column}{marks}"
