"""`python -m tests.house.map`: docs/wings.svg, the map of the wings, drawn from their imports.

A wing is drawn below all that import it. Of the imports only those are drawn that no other path shows.
"""

import ast
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from tests.house.measure import PACKAGE, TOP, imports_between_wings

Edges = Mapping[tuple[str, str], int]
FILE = TOP / "docs" / "wings.svg"
# In pixels.
WIDTH, HEIGHT, ACROSS, DOWN, MARGIN = 210, 84, 24, 40, 16
_STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #334155 }
  .name { font-weight: 700; font-size: 14px; fill: #0f172a }
  rect { fill: #f8fafc; stroke: #94a3b8 }
  path { fill: none; stroke: #94a3b8; stroke-width: 1.2; marker-end: url(#tip) }
  marker path { fill: #94a3b8; stroke: none; marker-end: none }
"""


@dataclass(frozen=True)
class Box:
    """A wing's place: the middle of its upper edge."""

    name: str
    x: float
    y: float


def needed(edges: Edges) -> set[tuple[str, str]]:
    """The transitive reduction: without the edges that longer paths show as well."""
    following = {one: {other for start, other in edges if start == one} for one, _ in edges}

    def reaches(start: str, end: str) -> bool:
        return any(one == end or reaches(one, end) for one in following.get(start, ()))

    return {
        (one, other)
        for one, other in edges
        if not any(reaches(between, other) for between in following[one] - {other})
    }


def rows(edges: Edges) -> list[list[str]]:
    """The wings from the top down, each below all that import it and near to them."""
    importers = {
        name: {one for one, other in edges if other == name} for edge in edges for name in edge
    }

    def depth(name: str) -> int:
        return max((depth(one) + 1 for one in importers[name]), default=0)

    depths = {name: depth(name) for name in importers}
    found: list[list[str]] = []
    at: dict[str, float] = {}
    for number in range(max(depths.values()) + 1):
        row = sorted(name for name in depths if depths[name] == number)
        above = {name: [at[one] for one, other in needed(edges) if other == name] for name in row}
        row.sort(key=lambda name: sum(above[name]) / max(1, len(above[name])))
        at |= {name: place - (len(row) - 1) / 2 for place, name in enumerate(row)}
        found.append(row)
    return found


def boxes(edges: Edges) -> Mapping[str, Box]:
    placed = rows(edges)
    middle = MARGIN + (max(map(len, placed)) * (WIDTH + ACROSS) - ACROSS) / 2
    return {
        name: Box(
            name,
            middle + (place - (len(row) - 1) / 2) * (WIDTH + ACROSS),
            MARGIN + depth * (HEIGHT + DOWN),
        )
        for depth, row in enumerate(placed)
        for place, name in enumerate(row)
    }


def purpose(name: str, package: Path = PACKAGE) -> str:
    """The first sentence of what a wing says of itself."""
    folder = package / name
    file = folder / "__init__.py" if folder.is_dir() else package / f"{name}.py"
    text = " ".join((ast.get_docstring(ast.parse(file.read_text())) or "").split())
    return text.split(". ")[0].rstrip(".")


def draw(edges: Edges, purposes: Mapping[str, str]) -> str:
    placed = boxes(edges)
    width = max(box.x for box in placed.values()) + WIDTH / 2 + MARGIN
    height = max(box.y for box in placed.values()) + HEIGHT + MARGIN
    lines = (_line(placed[one], placed[other]) for one, other in sorted(needed(edges)))
    drawn = (_box(box, purposes[box.name]) for box in placed.values())
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img"'
            ' aria-label="The wings of understudy/: arrows are imports">',
            f"<style>{_STYLE}</style>",
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7"'
            ' markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>',
            *lines,
            *(part for parts in drawn for part in parts),
            "</svg>\n",
        ]
    )


def _line(one: Box, other: Box) -> str:
    top, bottom = one.y + HEIGHT, other.y - 1
    bend = (bottom - top) / 2
    return (
        f'<path d="M{one.x:.0f} {top:.0f}C{one.x:.0f} {top + bend:.0f} '
        f'{other.x:.0f} {bottom - bend:.0f} {other.x:.0f} {bottom:.0f}"/>'
    )


def _box(box: Box, text: str) -> Iterator[str]:
    left = box.x - WIDTH / 2
    yield f'<rect x="{left:.0f}" y="{box.y:.0f}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
    yield f'<text class="name" x="{left + 10:.0f}" y="{box.y + 20:.0f}">{escape(box.name)}</text>'
    lines: Sequence[str] = textwrap.wrap(text, 31)[:3]
    for number, line in enumerate(lines):
        yield f'<text x="{left + 10:.0f}" y="{box.y + 38 + 16 * number:.0f}">{escape(line)}</text>'


def current() -> str:
    """The map of the package as it is."""
    edges = imports_between_wings()
    names = {name for edge in edges for name in edge}
    return draw(edges, {name: purpose(name) for name in names})


if __name__ == "__main__":
    FILE.write_text(current())
