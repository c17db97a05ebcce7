"""The history of runs -> reports/index.html. Pure but for templates."""

from collections.abc import Sequence
from functools import cache

import jinja2

from understudy.paths import Overlay
from understudy.report import history, html
from understudy.report.graph import duration
from understudy.report.history import Entry


def render(templates: Overlay, entries: Sequence[Entry]) -> str:
    """The page as HTML. entries: the newest first."""
    apps = dict.fromkeys(one.app for one in entries if one.app)
    return (
        _environment(templates)
        .get_template("reports.html.j2")
        .render(
            apps=", ".join(apps),
            entries=[(one, history.slow(one, entries)) for one in entries],
            passed=sum(one.verdict == "passed" for one in entries),
            charts=history.charts(entries),
            has_packages=any(one.packages for one in entries),
            style=html.style(templates),
        )
    )


@cache
def _environment(templates: Overlay) -> jinja2.Environment:
    return html.environment(templates, duration=duration)
