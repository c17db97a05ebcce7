"""The lines of a Procfile. Pure."""

import re
from collections.abc import Iterator

from understudy.project import command_lines
from understudy.project.candidates import Candidate, unit_name
from understudy.project.tree import Tree, join, text_lines

_LINE = re.compile(r"([A-Za-z0-9_-]+)\s*:\s*(.+)")
# What a deploy does itself.
_OF_A_DEPLOY = re.compile(r"manage\.py (migrate|collectstatic|compilemessages|check)\b|upgrade")


def candidates(tree: Tree, folder: str) -> Iterator[Candidate]:
    """Its processes but for the web process and what runs at a release."""
    for name, text, place in _lines(tree, folder):
        if name not in ("web", "release"):
            line = command_lines.parse(text, folder)
            yield Candidate(unit_name(name), line, place)


def release_notes(tree: Tree, folder: str) -> Iterator[str]:
    """The commands of `release:` that a deploy doesn't run by itself."""
    for name, text, place in _lines(tree, folder):
        parts = [part.strip() for part in re.split(r"&&|;", text)]
        others = [part for part in parts if not _OF_A_DEPLOY.search(part)]
        if name == "release" and others:
            yield f"{place}: `{' && '.join(others)}` belongs under app.release_commands"


def _lines(tree: Tree, folder: str) -> Iterator[tuple[str, str, str]]:
    for path in dict.fromkeys((join(folder, "Procfile"), "Procfile")):
        for number, line in text_lines(tree.texts.get(path, "")):
            if found := _LINE.fullmatch(line):
                yield found[1], found[2], f"{path}:{number}"
