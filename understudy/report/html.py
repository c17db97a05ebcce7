"""What the pages that are written as HTML have in common: each is one file that loads nothing. Pure."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup


def environment(templates: Path, **filters: Callable[..., Any]) -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        # To compile a page takes longer than to fill it in.
        bytecode_cache=jinja2.FileSystemBytecodeCache(),
    )
    made.filters |= filters
    return made


def style(templates: Path) -> Markup:
    return Markup((templates / "report.css").read_text())  # noqa: S704 - it's ours
