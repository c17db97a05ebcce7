"""Samples of a probe -> the positions of the marks in its graph, in units of the SVG. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 720.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 12.0, 18.0, 34.0
# Seconds. The scale is logarithmic, because latencies differ by powers of ten.
FASTEST, TICKS = 0.001, (0.001, 0.01, 0.1, 1.0, 10.0, 100.0)


@dataclass(frozen=True)
class Mark:
    """A request, or a label of an axis. text: what is shown with it."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Graph:
    """The marks of one graph. switch_x: where the new release went live, None if it didn't. reopened: seconds
    until a WebSocket was open on the new release, for each time that it was opened after the switch.
    """

    answered: tuple[Mark, ...]
    lost: tuple[Mark, ...]
    times: tuple[Mark, ...]
    latencies: tuple[Mark, ...]
    switch_x: float | None
    reopened: tuple[float, ...] = ()


def graph(probe: Mapping[str, Any]) -> Graph:
    """The graph of a probe: one item of the attachment "probes", see docs/report.md."""
    samples = probe["samples"]
    switched = probe.get("switched_at")
    longest = max([sample[0] for sample in samples] + [switched or 0.0, 1.0])
    slowest = max([sample[1] for sample in samples] + [0.1])
    top = min(tick for tick in TICKS if tick >= min(slowest, TICKS[-1]))

    def mark(at: float, seconds: float, text: str) -> Mark:
        return Mark(round(_x(at, longest), 1), round(_y(seconds, top), 1), text)

    marks = [(mark(at, took, _label(at, took, kind, end)), end) for at, took, kind, end in samples]
    return Graph(
        answered=tuple(made for made, outcome in marks if outcome == "ok"),
        lost=tuple(made for made, outcome in marks if outcome != "ok"),
        times=tuple(mark(at, FASTEST, f"{at:g} s") for at in _round_times(longest)),
        latencies=tuple(mark(0, tick, duration(tick)) for tick in TICKS if tick <= top),
        switch_x=None if switched is None else round(_x(switched, longest), 1),
        reopened=tuple(
            took
            for at, took, kind, end in samples
            if (kind, end) == ("websocket", "ok") and switched is not None and at > switched
        ),
    )


def duration(seconds: float) -> str:
    """Seconds in words: 87 ms, 3.2 s, 4 min 10 s."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 100:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def _x(at: float, longest: float) -> float:
    return LEFT + at / longest * (WIDTH - LEFT - RIGHT)


def _y(seconds: float, top: float) -> float:
    share = math.log(min(max(seconds, FASTEST), top) / FASTEST) / math.log(top / FASTEST)
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _label(at: float, seconds: float, kind: str, outcome: str) -> str:
    return f"{at:.1f} s: {kind}, {outcome}, {duration(seconds)}"


def _round_times(longest: float) -> list[float]:
    """About five round numbers of seconds, the labels of the time axis."""
    rough = longest / 5
    power = 10 ** math.floor(math.log10(rough))
    step = min(size * power for size in (1, 2, 5, 10) if size * power >= rough)
    return [number * step for number in range(int(longest / step + 1e-9) + 1)]
