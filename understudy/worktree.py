"""The developer's files beside the commit that is deployed: what the one has and the other hasn't."""

import re
from collections.abc import Iterator

from understudy.artifact import Source
from understudy.errors import ConfigError
from understudy.git import git

_STATES = {"??": "untracked", "!!": "ignored"}


def look(source: Source) -> str:
    """One line each: `committed PATH`, `untracked PATH`, `ignored PATH`, `modified PATH`,
    `locked NAME VERSION`, `wanted NAME`. Paths are relative to the app's directory.
    """
    lines = (*_committed(source), *_changes(source), *_locked(source.lock), *_wanted(source))
    return "".join(f"{line}\n" for line in lines)


def _committed(source: Source) -> Iterator[str]:
    for path in git(source.repository, "ls-tree", "-rz", "--name-only", source.tree).split("\0"):
        if path:
            yield f"committed {path}"


def _changes(source: Source) -> Iterator[str]:
    # A copy of a git URL has no files of anybody's beside it.
    if (source.repository / "HEAD").exists():
        return
    status = ("status", "--porcelain", "-z", "-uall", "--ignored=traditional", "--no-renames")
    app = source.prefix or "."
    for entry in git(source.repository, *status, "--", app).split("\0"):
        if entry:
            path = entry[3:].removeprefix(f"{source.prefix}/")
            yield f"{_STATES.get(entry[:2], 'modified')} {path}"


def _locked(lock: str) -> Iterator[str]:
    for name, version in re.findall(r"^([\w.-]+)(?:\[.*?\])?==([^\s;\\]+)", lock, re.MULTILINE):
        yield f"locked {_normal(name)} {version}"


def _wanted(source: Source) -> Iterator[str]:
    """What the lock was made from, if that lies beside it under its usual name."""
    try:
        wanted = git(source.repository, "show", f"{source.tree}:requirements.in")
    except ConfigError:
        return
    for name in re.findall(r"^[\w.-]+", wanted, re.MULTILINE):
        yield f"wanted {_normal(name)}"


def _normal(name: str) -> str:
    """A package's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()
