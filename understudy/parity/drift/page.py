"""Comparisons -> one HTML file that loads nothing from elsewhere."""

from collections.abc import Sequence

from understudy.parity.drift.cells import cells
from understudy.parity.drift.comparison import Comparison
from understudy.parity.drift.rules import WORDS
from understudy.paths import Overlay
from understudy.report import html


def render(templates: Overlay, comparisons: Sequence[Comparison], threshold: float) -> str:
    page = html.environment(templates, cells=cells).get_template("drift.html.j2")
    return page.render(
        comparisons=comparisons,
        threshold=threshold,
        words=WORDS,
        style=html.style(templates),
    )
