"""A comparison as text: columns that fit a width."""

import textwrap
from collections.abc import Iterator
from itertools import groupby, zip_longest

from understudy.parity.drift.cells import cells
from understudy.parity.drift.comparison import Comparison, Difference
from understudy.parity.drift.rules import WORDS

NARROWEST = 40
# Wider ones are no easier to read.
WIDEST = 160
_GAP = 2


def lines(comparison: Comparison, width: int) -> Iterator[str]:
    """The differences, ranked, with what is meant to be at the end."""
    columns = _widths(comparison, min(max(width, NARROWEST), WIDEST))
    if comparison.differences or comparison.intended:
        yield from _row(("", comparison.model, comparison.copy), columns)
    for weight, group in groupby(comparison.differences, key=lambda found: found.weight):
        yield f"{WORDS[weight]}:"
        for difference in group:
            yield from _told(difference, difference.reason, columns)
    if comparison.intended:
        yield "meant to be, by deploy.yml:"
        for difference in comparison.intended:
            yield from _told(difference, difference.intended, columns)
    for section, why in comparison.unread.items():
        yield f"not compared: {section}, on neither side: {why}"


def _widths(comparison: Comparison, width: int) -> tuple[int, int, int]:
    """Of the path's column and of the values': the longest path, but at most a third."""
    all_of = (*comparison.differences, *comparison.intended)
    longest = max((len(difference.path) + _GAP for difference in all_of), default=0)
    first = min(longest, width // 3)
    rest = (width - first - 2 * _GAP) // 2
    return first, rest, rest


def _told(difference: Difference, why: str, columns: tuple[int, int, int]) -> Iterator[str]:
    yield from _row((f"  {difference.path}", *cells(difference)), columns)
    width = sum(columns) + 2 * _GAP
    yield from textwrap.wrap(why, width, initial_indent="    ", subsequent_indent="    ")


def _row(texts: tuple[str, str, str], columns: tuple[int, int, int]) -> Iterator[str]:
    wrapped = [_wrap(text, width) for text, width in zip(texts, columns, strict=True)]
    for parts in zip_longest(*wrapped, fillvalue=""):
        padded = (part.ljust(width + _GAP) for part, width in zip(parts, columns, strict=True))
        yield "".join(padded).rstrip()


def _wrap(text: str, width: int) -> list[str]:
    """Each line in pieces; a piece that goes on is indented as its line is."""
    pieces = []
    for line in text.splitlines() or [""]:
        indent = line[: len(line) - len(line.lstrip())][: width // 2]
        pieces += textwrap.wrap(
            line.strip(), width, initial_indent=indent, subsequent_indent=indent
        ) or [""]
    return pieces
