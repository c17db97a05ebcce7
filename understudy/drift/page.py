"""Comparisons -> one HTML file that loads nothing."""

from collections.abc import Sequence
from pathlib import Path

import jinja2
from markupsafe import Markup

from understudy.drift.cells import cells
from understudy.drift.comparison import Comparison
from understudy.drift.rules import WORDS


def render(templates: Path, comparisons: Sequence[Comparison], threshold: float) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cells"] = cells
    return environment.get_template("drift.html.j2").render(
        comparisons=comparisons,
        threshold=threshold,
        words=WORDS,
        style=Markup((templates / "report.css").read_text()),  # noqa: S704 - it's ours
    )
