"""A comparison as text, in columns that fit a width."""

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest

from understudy.parity.drift.cells import cells
from understudy.parity.drift.comparison import Comparison, Difference
from understudy.parity.drift.rules import WORDS

NARROWEST = 40
# Wider tables are no easier to read.
WIDEST = 160
_GAP = 2
_MOST_NAMED = 6


def lines(comparison: Comparison, width: int) -> Iterator[str]:
    """The differences, ranked, with intended ones at the end. width: of the terminal, in characters."""
    columns = _widths(comparison, min(max(width, NARROWEST), WIDEST))
    if comparison.differences or comparison.intended:
        yield from _row(("", comparison.model, comparison.copy), columns)
    for weight, group in groupby(comparison.differences, key=lambda found: found.weight):
        yield f"{WORDS[weight]}:"
        for difference in group:
            yield from _shown(difference, difference.reason, columns)
    if comparison.intended:
        yield "not counted:"
        yield from _not_counted(comparison.intended, columns)
    for section, why in comparison.unread.items():
        yield f"not compared: {section}, unreadable on both sides: {why}"


def _not_counted(found: Sequence[Difference], columns: tuple[int, int, int]) -> Iterator[str]:
    """Of many for one reason some paths alone."""
    by_reason: dict[str, list[Difference]] = {}
    for one in found:
        by_reason.setdefault(one.intended, []).append(one)
    width = sum(columns) + 2 * _GAP
    for reason, group in by_reason.items():
        if len(group) <= _MOST_NAMED:
            for one in group:
                yield from _shown(one, reason, columns)
        else:
            paths = ", ".join(one.path for one in group[:_MOST_NAMED])
            more = f"{paths} and {len(group) - _MOST_NAMED} more (--html and --json have them)"
            yield from textwrap.wrap(more, width, initial_indent="  ", subsequent_indent="  ")
            yield from textwrap.wrap(reason, width, initial_indent="    ", subsequent_indent="    ")


def _widths(comparison: Comparison, width: int) -> tuple[int, int, int]:
    """Widths of the three columns. The path's is as wide as the longest path, a third at most."""
    all_of = (*comparison.differences, *comparison.intended)
    longest = max((len(difference.path) + _GAP for difference in all_of), default=0)
    first = min(longest, width // 3)
    rest = (width - first - 2 * _GAP) // 2
    return first, rest, rest


def _shown(difference: Difference, why: str, columns: tuple[int, int, int]) -> Iterator[str]:
    yield from _row((f"  {difference.path}", *cells(difference)), columns)
    width = sum(columns) + 2 * _GAP
    yield from textwrap.wrap(why, width, initial_indent="    ", subsequent_indent="    ")


def _row(texts: tuple[str, str, str], columns: tuple[int, int, int]) -> Iterator[str]:
    wrapped = [_wrap(text, width) for text, width in zip(texts, columns, strict=True)]
    for parts in zip_longest(*wrapped, fillvalue=""):
        padded = (part.ljust(width + _GAP) for part, width in zip(parts, columns, strict=True))
        yield "".join(padded).rstrip()


def _wrap(text: str, width: int) -> list[str]:
    """The lines, wrapped; each piece of a line has the line's indentation."""
    pieces = []
    for line in text.splitlines() or [""]:
        indent = line[: len(line) - len(line.lstrip())][: width // 2]
        pieces += textwrap.wrap(
            line.strip(), width, initial_indent=indent, subsequent_indent=indent
        ) or [""]
    return pieces
