"""Finds the lock of a commit, in the app's directory or above it."""

import posixpath
from collections.abc import Iterator
from pathlib import PurePosixPath

from understudy.errors import ConfigError
from understudy.release.commit_tree import CommitTree
from understudy.release.locks import requirements_txt
from understudy.release.locks.wanted import Wanted

REQUIREMENTS, UV, PYLOCK = "requirements.txt", "uv.lock", "pylock.toml"
POETRY, PIPFILE = "poetry.lock", "Pipfile.lock"
_OTHERS = (UV, PYLOCK, POETRY, PIPFILE)


def find(tree: CommitTree, wanted: Wanted) -> tuple[str, ...]:
    """The paths of the lock's files: those that deploy.yml names, or the nearest one of a usual name.

    Raises ConfigError without any.
    """
    if wanted.files:
        return tuple(_named(tree, wanted, name) for name in wanted.files)
    for directory in wanted.directories:
        for path in _usual(tree, directory):
            return (path,)
    raise ConfigError(
        f"commit {tree.commit[:12]} has no lock file: neither {REQUIREMENTS} nor {', '.join(_OTHERS)} "
        f"in {wanted.prefix or 'its top directory'}{' or above it' if wanted.prefix else ''}",
        hint=f"Commit the lock of your tool, or a {REQUIREMENTS} with what the app needs: a deploy locks "
        "that for the host's Python. A file of another name is named by app.requirements in deploy.yml.",
    )


def is_kind(path: str, name: str) -> bool:
    """Whether a path is a lock of that usual name; `pylock.web.toml` is a pylock.toml, too (PEP 751)."""
    file = PurePosixPath(path).name
    return file == name or (name == PYLOCK and file.startswith("pylock.") and file.endswith("toml"))


def is_requirements(path: str) -> bool:
    return not any(is_kind(path, other) for other in _OTHERS)


def _named(tree: CommitTree, wanted: Wanted, name: str) -> str:
    for directory in wanted.directories:
        path = posixpath.normpath(str(directory / name))
        if tree.has(path):
            return path
    raise ConfigError(
        f"{posixpath.normpath(posixpath.join(wanted.prefix, name))} is not in commit {tree.commit[:12]}",
        hint="git add it, and commit it. app.requirements in deploy.yml has its name.",
    )


def _usual(tree: CommitTree, directory: PurePosixPath) -> Iterator[str]:
    """In one directory, the best first: requirements without hashes are no lock yet."""
    plain = posixpath.normpath(str(directory / REQUIREMENTS))
    is_there = tree.has(plain)
    if is_there and not requirements_txt.is_loose(tree, plain):
        yield plain
    for name in _OTHERS:
        path = posixpath.normpath(str(directory / name))
        if tree.has(path):
            yield path
    if is_there:
        yield plain
