"""Comparisons -> one HTML file that loads nothing."""

from collections.abc import Sequence
from pathlib import Path

from understudy import web
from understudy.drift.cells import cells
from understudy.drift.comparison import Comparison
from understudy.drift.rules import WORDS


def render(templates: Path, comparisons: Sequence[Comparison], threshold: float) -> str:
    page = web.environment(templates, cells=cells).get_template("drift.html.j2")
    return page.render(
        comparisons=comparisons,
        threshold=threshold,
        words=WORDS,
        style=web.style(templates),
    )
