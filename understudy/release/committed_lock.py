"""The lock of a commit in the normal form, whatever its kind; made once and kept in the cache."""

import posixpath
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from understudy.errors import ConfigError
from understudy.local.atomic_write import atomic_write
from understudy.local.digests import digest
from understudy.release import lock_file
from understudy.release.commit_tree import CommitTree
from understudy.release.locks import (
    find,
    pipfile_lock,
    poetry_lock,
    pylock,
    requirements_txt,
    server,
    sources,
    uv_lock,
)
from understudy.release.locks.wanted import Wanted

# Exports name it, and so would overrule the index of this machine's pip.conf.
_PYPI = re.compile(r"--index-url https://pypi\.org/simple/?")
# Changed with what makes the normal form, so that no cache has an older one.
_FORMAT = 1


def read(tree: CommitTree, wanted: Wanted, cache: Path) -> str:
    """The lock of the commit, with what serves the app. Raises ConfigError without one.

    cache: a directory for what uv and poetry have exported.
    """
    paths = find.find(tree, wanted)
    if len(paths) > 1 and not all(map(find.is_requirements, paths)):
        raise ConfigError(
            f"{', '.join(paths)}: only requirements files can be several",
            hint="Name one lock file under app.requirements in deploy.yml.",
        )
    path = paths[0]
    if find.is_requirements(path):
        lines = _requirements(tree, paths, wanted)
    else:
        lines = _placed(_converted(tree, path, wanted, cache), tree, path)
    lock = lock_file.parse("".join(f"{line}\n" for line in lines), ", ".join(paths))
    return lock_file.text(server.completed(lock, wanted.worker_class))


def _requirements(tree: CommitTree, paths: tuple[str, ...], wanted: Wanted) -> Iterable[str]:
    return requirements_txt.read(tree, paths, wanted.prefix).lines


def _placed(lines: Iterable[str], tree: CommitTree, path: str) -> list[str]:
    """Lines of an export, with paths that lead from the lock to the repository's files."""
    here = posixpath.dirname(path)
    kept = [line for line in lines if line.startswith("# requires-python")]
    text = "".join(f"{line}\n" for line in lines)
    logical = [line for line in lock_file.logical_lines(text) if not _PYPI.fullmatch(line)]
    return [*kept, *(sources.normal(line, tree, (here,)) for line in logical)]


def _converted(tree: CommitTree, path: str, wanted: Wanted, cache: Path) -> list[str]:
    if find.is_kind(path, find.PIPFILE):
        return list(pipfile_lock.lines(tree.text(path), path, wanted.groups))
    if find.is_kind(path, find.PYLOCK):
        return list(pylock.lines(tree.text(path), path, wanted.extras, wanted.groups))
    tool = uv_lock if find.is_kind(path, find.UV) else poetry_lock
    inputs = tool.inputs(tree, path)
    kept = cache / f"{_key(inputs, wanted)}.txt"
    if not kept.exists():
        lines = list(tool.lines(inputs, path, wanted))
        cache.mkdir(parents=True, exist_ok=True)
        atomic_write(kept, "".join(f"{line}\n" for line in lines))
    return kept.read_text().splitlines()


def _key(inputs: Mapping[str, str], wanted: Wanted) -> str:
    return digest((_FORMAT, *inputs.items(), wanted.prefix, wanted.extras, wanted.groups))[:24]
