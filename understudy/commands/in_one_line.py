"""A command as one line for people: of a script its first words and its size. Pure."""

import shlex
from collections.abc import Iterator

from understudy.commands import Argv

_WIDTH, _FIRST_WORDS = 200, 60
# Lines at the beginning of scripts that say nothing of what they do.
_OPENINGS = ("#!", "set -")


def in_one_line(argv: Argv) -> str:
    return _cut(" ".join(_words(argv)), _WIDTH)


def _words(argv: Argv) -> Iterator[str]:
    for word in argv:
        yield _script(word) if "\n" in word else shlex.quote(word)


def _script(text: str) -> str:
    """Its title, which is a comment, or its first command."""
    lines = (line.strip() for line in text.splitlines())
    said = next((line for line in lines if line and not line.startswith(_OPENINGS)), "")
    return f"'{_cut(said.lstrip('# '), _FIRST_WORDS)}' ({len(text.encode())} bytes)"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
