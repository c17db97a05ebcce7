"""The releases and backups that a target was seen with last: the shell completes their names."""

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from understudy.errors import UnderstudyError
from understudy.paths import Project

RELEASES, BACKUPS = "releases", "backups"
# In a list of completions no one reads more.
_MOST = 50


def keep(project: Project, target: str, kind: str, names: Iterable[str]) -> None:
    """Keeps the newest names. They must never be what a verb fails by: what can't be written is left out."""
    file, newest = _file(project, target), sorted(names, reverse=True)[:_MOST]
    known = _read(file)
    # Without the folder nothing was begun in this project.
    if known.get(kind, []) == newest or not file.parent.is_dir():
        return
    from understudy.local.atomic_write import atomic_write

    with suppress(UnderstudyError):
        atomic_write(file, json.dumps({**known, kind: newest}))


def kept(project: Project, target: str, kind: str) -> list[str]:
    """The newest first; none if they are not known."""
    return _read(_file(project, target)).get(kind, [])


def _file(project: Project, target: str) -> Path:
    return project.known / f"names-{target}.json"


def _read(file: Path) -> dict[str, list[str]]:
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
