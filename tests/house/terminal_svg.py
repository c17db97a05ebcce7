"""Frames of a terminal -> an SVG: it plays once and rests on the last frame. Pure.

Who asked their system for less motion sees the last frame only. Each line that is shown for a while is one
text with one animation, so that a run of minutes takes some kilobytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from tests.house.recording import Frame, Row, Run

# In pixels.
CHARACTER, LINE, MARGIN, BAR = 8.4, 20, 18, 34
_COLORS = {
    "green": "#3fb950",
    "red": "#ff7b72",
    "yellow": "#d29922",
    "blue": "#58a6ff",
    "cyan": "#39c5cf",
}
_FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"


@dataclass(frozen=True)
class Stretch:
    """A row, and when it is shown at that line of the screen. end: None of what stays."""

    line: int
    row: Row
    begin: float
    end: float | None


def stretches(frames: Sequence[Frame]) -> Iterator[Stretch]:
    """All rows of all frames, each as long as it is shown."""
    begun: dict[int, tuple[Row, float]] = {}
    for frame in frames:
        for line in range(max([len(frame.rows), *(one + 1 for one in begun)])):
            row = frame.rows[line] if line < len(frame.rows) else ()
            before, begin = begun.get(line, ((), 0.0))
            if row != before:
                if before:
                    yield Stretch(line, before, begin, frame.at)
                begun[line] = (row, frame.at)
    yield from (Stretch(line, row, begin, None) for line, (row, begin) in begun.items() if row)


def svg(frames: Sequence[Frame], columns: int, title: str, seconds: float) -> str:
    """title: of the window, and for who can't see it. seconds: how long it plays; 0 for the last frame only."""
    whole = frames[-1].at or 1.0
    shown = list(stretches(frames)) if seconds else list(stretches(frames[-1:]))
    scale = seconds / whole
    width = 2 * MARGIN + columns * CHARACTER
    lines = max(stretch.line for stretch in shown) + 1
    height = BAR + lines * LINE + MARGIN
    words = "\n".join(_text(stretch, scale) for stretch in shown)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img">
<title>{escape(title)}</title>
<style>
text{{font:14px {_FONT};fill:#e6edf3;white-space:pre}}
{_classes()}
.t,.e{{visibility:hidden;animation:on 1s steps(1)}}
.e{{animation-fill-mode:forwards}}
@keyframes on{{0%,100%{{visibility:visible}}}}
@media (prefers-reduced-motion:reduce){{.t,.e{{animation:none}}.e{{visibility:visible}}}}
</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<circle cx="20" cy="18" r="6" fill="#ff5f57"/>
<circle cx="40" cy="18" r="6" fill="#febc2e"/>
<circle cx="60" cy="18" r="6" fill="#28c840"/>
<text x="50%" y="23" text-anchor="middle" class="d">{escape(title)}</text>
{words}
</svg>
"""


def _classes() -> str:
    colors = "".join(f".{name[:2]}{{fill:{value}}}" for name, value in _COLORS.items())
    return f"{colors}.b{{font-weight:bold}}.d{{fill:#8b949e}}"


def _text(stretch: Stretch, scale: float) -> str:
    y = BAR + (stretch.line + 0.75) * LINE
    runs = "".join(_run(run) for run in stretch.row)
    begin = stretch.begin * scale
    if stretch.end is None:
        when = f' class="e" style="animation-delay:{begin:.2f}s"' if begin else ""
    else:
        length = (stretch.end - stretch.begin) * scale
        when = f' class="t" style="animation-delay:{begin:.2f}s;animation-duration:{length:.2f}s"'
    return f'<text y="{y:g}"{when}>{runs}</text>'


def _run(run: Run) -> str:
    """The length is given, since each reader's font has another width."""
    names = [run.color[:2]] if run.color in _COLORS else []
    names += ["b"] * run.bold + ["d"] * (run.dim and not run.color)
    style = f' class="{" ".join(names)}"' if names else ""
    x, length = MARGIN + run.column * CHARACTER, len(run.text) * CHARACTER
    return f'<tspan x="{x:.1f}" textLength="{length:.1f}"{style}>{escape(run.text, quote=False)}</tspan>'
