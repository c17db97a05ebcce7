"""What the HTML pages have in common: each is one file that loads nothing else. Pure."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup


def environment(templates: Path, **filters: Callable[..., Any]) -> jinja2.Environment:
    """Jinja for pages: values are escaped, and an undefined name is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        # Compiling a template takes longer than rendering it.
        bytecode_cache=jinja2.FileSystemBytecodeCache(),
    )
    made.filters |= filters
    return made


def style(templates: Path) -> Markup:
    """The style sheet of all pages."""
    return Markup((templates / "report.css").read_text())  # noqa: S704 - it's ours
