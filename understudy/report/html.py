"""What the HTML pages have in common: each is one file that loads nothing else. Pure."""

from collections.abc import Callable
from typing import Any

import jinja2
from markupsafe import Markup

from understudy.paths import Overlay


def environment(templates: Overlay, **filters: Callable[..., Any]) -> jinja2.Environment:
    """Jinja for pages: values are escaped, and an undefined name is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates.folders),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        # Compiling a template takes longer than rendering it.
        bytecode_cache=jinja2.FileSystemBytecodeCache(),
    )
    made.filters |= filters
    return made


def style(templates: Overlay) -> Markup:
    """The style sheet of all pages."""
    return Markup(templates.file("report.css").read_text())  # noqa: S704 - it's ours
