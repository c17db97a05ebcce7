"""The project's own lines in its site's nginx file: templates/nginx.d/*.conf, as they are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from understudy.errors import ConfigError
from understudy.paths import Overlay

FOLDER = "templates/nginx.d"
# What templates/nginx-snippets.j2 writes before each.
_LOCATION = re.compile(r"\s*location\s+(?:(=|~\*?|\^~)\s+)?([^\s{]+)")
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
    """Where nginx itself refuses a line because of a snippet: part of its message, and what that line is."""
    why = {
        **{line: f"{origin} has that location, too" for line, origin in _twice(nginx_file)},
        **{line: f"That line is {origin}" for line, origin in origins(nginx_file)},
    }
    return tuple(
        (f"/{site}:{line}\n", f"{text}; nginx refuses it. Nothing of the new file is in use.")
        for line, text in why.items()
    )


def _twice(nginx_file: str) -> Iterator[tuple[int, str]]:
    """Lines with a location that a snippet before them has as well. nginx names the second of the two."""
    own, lines = dict(origins(nginx_file)), nginx_file.splitlines()
    known: dict[tuple[str, str], str] = {}
    for number, line in enumerate(lines, 1):
        if found := _LOCATION.match(line):
            # nginx takes two as the same if only the sign of a prefix differs.
            location = ((found[1] or "^~"), found[2])
            if number in own:
                known.setdefault(location, own[number])
            elif location in known:
                yield number, known[location]
