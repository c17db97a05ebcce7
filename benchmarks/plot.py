"""Draws how the time grows, as SVG for light and dark pages."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 720, 380
LEFT, RIGHT, TOP, BOTTOM = 64, 120, 24, 48
# The least distance between two names at the right, so that both can be read.
APART = 17
# For light pages and for dark ones; the first tool is ours.
COLOURS = (
    ("#0969da", "#4493f8"),
    ("#bc4c00", "#f0883e"),
    ("#8250df", "#ab7df8"),
    ("#59636e", "#9198a1"),
)


@dataclass(frozen=True)
class Scale:
    """A logarithmic axis."""

    least: float
    most: float
    begin: float
    end: float

    def place(self, value: float) -> float:
        share = math.log(value / self.least) / math.log(self.most / self.least)
        return round(self.begin + share * (self.end - self.begin), 1)


def picture(title: str, unit: str, series: Mapping[str, Mapping[int, float]]) -> str:
    """series: tool -> size -> seconds."""
    sizes = sorted({size for line in series.values() for size in line})
    ticks = _ticks([seconds for line in series.values() for seconds in line.values()])
    x = Scale(sizes[0], sizes[-1], LEFT, WIDTH - RIGHT)
    y = Scale(ticks[0], ticks[-1], HEIGHT - BOTTOM, TOP)
    names = _apart({tool: y.place(line[max(line)]) for tool, line in series.items()})
    parts = [
        *(_grid(tick, y) for tick in ticks),
        *(_text(x.place(size), HEIGHT - BOTTOM + 20, str(size), "middle") for size in sizes),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, unit, "middle"),
        *(
            _line(number, tool, line, names[tool], x, y)
            for number, (tool, line) in enumerate(series.items())
        ),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">\n'
        f"<title>{escape(title)}</title>\n<style>{_style()}</style>\n"
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _ticks(values: Sequence[float]) -> list[float]:
    """1, 2 and 5 of each power of ten, from below all values to above them."""
    powers = range(math.floor(math.log10(min(values))) - 1, math.ceil(math.log10(max(values))) + 1)
    ticks = [digit * 10.0**power for power in powers for digit in (1, 2, 5)]
    first = max(tick for tick in ticks if tick <= min(values))
    last = min(tick for tick in ticks if tick > max(values))
    return [tick for tick in ticks if first <= tick <= last]


def _apart(places: Mapping[str, float]) -> dict[str, float]:
    """Moves names down, from the topmost on, until none lies too close to another."""
    moved: dict[str, float] = {}
    lowest = -math.inf
    for name, place in sorted(places.items(), key=lambda item: item[1]):
        lowest = moved[name] = max(place, lowest + APART)
    return moved


def _grid(tick: float, y: Scale) -> str:
    place = y.place(tick)
    line = f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{place}" y2="{place}"/>'
    return line + _text(LEFT - 8, place + 4, f"{tick:g} s", "end")


def _line(
    number: int, tool: str, line: Mapping[int, float], name_y: float, x: Scale, y: Scale
) -> str:
    points = [(x.place(size), y.place(seconds)) for size, seconds in sorted(line.items())]
    path = " ".join(f"{left},{top}" for left, top in points)
    dots = "".join(f'<circle cx="{left}" cy="{top}" r="3.5"/>' for left, top in points)
    name = _text(points[-1][0] + 12, name_y + 4, tool, "start")
    return f'<g class="tool{number}"><polyline points="{path}"/>{dots}{name}</g>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _style() -> str:
    shapes = (
        "text{font:14px system-ui,sans-serif;fill:#59636e}.grid{stroke:#d1d9e0}"
        "polyline{fill:none;stroke-width:2}.tool0 polyline{stroke-width:3.5}.tool0 text{font-weight:600}"
    )
    dark = "text{fill:#9198a1}.grid{stroke:#3d444d}" + _colours(1)
    return f"{shapes}{_colours(0)}@media(prefers-color-scheme:dark){{{dark}}}"


def _colours(page: int) -> str:
    return "".join(
        f".tool{number} polyline{{stroke:{colour[page]}}}"
        f".tool{number} circle,.tool{number} text{{fill:{colour[page]}}}"
        for number, colour in enumerate(COLOURS)
    )
