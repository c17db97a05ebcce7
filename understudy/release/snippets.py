"""The project's own lines in its site's nginx file: templates/nginx.d/*.conf, as they are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from understudy.errors import ConfigError
from understudy.paths import Overlay

FOLDER = "templates/nginx.d"
# What templates/nginx-snippets.j2 writes before each.
_BEGIN = re.compile(rf"    # ({FOLDER}/[\w.-]+), (\d+) lines:")


@dataclass(frozen=True)
class Snippet:
    """name: such as templates/nginx.d/10-limits.conf. text: of whole lines."""

    name: str
    text: str

    @property
    def lines(self) -> int:
        return self.text.count("\n")


def read(templates: Overlay) -> tuple[Snippet, ...]:
    """In the order of their names. Raises ConfigError for one that can't be read."""
    return tuple(_read(templates))


def _read(templates: Overlay) -> Iterator[Snippet]:
    for path in templates.files("nginx.d/*.conf"):
        name = f"{FOLDER}/{path.name}"
        if not re.fullmatch(r"[\w.-]+", path.name):
            raise ConfigError(f"{name!r}: its name may have letters, digits, dots and hyphens only")
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{name} can't be read: {error}") from None
        yield Snippet(name, text if not text or text.endswith("\n") else f"{text}\n")


def origins(nginx_file: str) -> Iterator[tuple[int, str]]:
    """Line of a rendered nginx file, from 1 on -> the snippet's file and line; for lines of snippets only."""
    lines = nginx_file.splitlines()
    for number, line in enumerate(lines, 1):
        if found := _BEGIN.fullmatch(line):
            for inner in range(1, int(found[2]) + 1):
                yield number + inner, f"{found[1]}:{inner}"


def hints(nginx_file: str, site: str) -> tuple[tuple[str, str], ...]:
    """Where nginx itself refuses a line of a snippet: part of its message, and what that line is."""
    return tuple(
        (
            f"/{site}:{line}\n",
            f"That line is {origin}, and nginx refuses it there. Nothing of the new file is in use.",
        )
        for line, origin in origins(nginx_file)
    )
