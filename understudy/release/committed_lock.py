"""The lock of a commit in the normal form, whatever its kind; made once and kept in the cache."""

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from understudy.errors import ConfigError
from understudy.local.atomic_write import atomic_write
from understudy.local.digests import digest
from understudy.release import lock_file
from understudy.release.commit_tree import CommitTree
from understudy.release.locks import find, requirements_txt, server, unlocked
from understudy.release.locks.requirements import Requirements
from understudy.release.locks.wanted import Wanted

# Exports name it, and so would overrule the index of this machine's pip.conf.
_PYPI = re.compile(r"--index-url https://pypi\.org/simple/?")
# Changed with what makes the normal form, so that no cache has an older one.
_FORMAT = 1


@dataclass(frozen=True)
class CommittedLock:
    """text: in the normal form. uncommitted: the path of the file, if git does not have it; else ""."""

    text: str
    uncommitted: str = ""


def read(tree: CommitTree, wanted: Wanted, cache: Path) -> CommittedLock:
    """The lock of the commit, with what serves the app. Raises ConfigError without one, and NotLocked for
    requirements without hashes that no lock was made of yet.

    cache: a directory for what uv and poetry have exported.
    """
    paths = find.find(tree, wanted)
    if len(paths) > 1 and not all(map(find.is_requirements, paths)):
        raise ConfigError(
            f"{', '.join(paths)}: only requirements files can be several",
            hint="Name one lock file under app.requirements in deploy.yml.",
        )
    if find.is_requirements(paths[0]):
        return _of_requirements(tree, paths, wanted)
    exported = _converted(tree, paths[0], wanted, cache)
    here = (posixpath.dirname(paths[0]),)
    return _normal(requirements_txt.lines_of(exported, tree, here), paths, wanted)


def _of_requirements(tree: CommitTree, paths: tuple[str, ...], wanted: Wanted) -> CommittedLock:
    requirements = requirements_txt.read(tree, paths, wanted.prefix)
    if not requirements.is_loose:
        return _normal(requirements.lines, paths, wanted)
    path = unlocked.path(requirements)
    committed, text = _locks(tree, requirements)
    if not text:
        raise unlocked.NotLocked(requirements)
    lock = _normal(requirements_txt.lines_of(text, tree, ("",)), (path,), wanted)
    return lock if text == committed else replace(lock, uncommitted=path)


def to_lock(tree: CommitTree, wanted: Wanted) -> Requirements | None:
    """The commit's requirements without hashes, if no lock was made of them yet; None if it has a lock of any
    kind. Raises ConfigError if it has neither.
    """
    paths = find.find(tree, wanted)
    if not all(map(find.is_requirements, paths)):
        return None
    requirements = requirements_txt.read(tree, paths, wanted.prefix)
    is_locked = not requirements.is_loose or _locks(tree, requirements)[1]
    return None if is_locked else requirements


def _locks(tree: CommitTree, requirements: Requirements) -> tuple[str, str]:
    """The texts of the lock that the commit has, and of the one that counts, which may only be on the disk
    here; "" without one.
    """
    path = unlocked.path(requirements)
    committed = tree.text(path) if tree.has(path) else ""
    for text in (committed, tree.on_disk(path)):
        if text and unlocked.fits(text, requirements):
            return committed, text
    return committed, ""


def _normal(lines: Iterable[str], paths: tuple[str, ...], wanted: Wanted) -> CommittedLock:
    text = _text(line for line in lines if not _PYPI.fullmatch(line))
    path, worker_class = ", ".join(paths), wanted.worker_class
    lock = lock_file.parse(text, path)
    server.refuse_too_old(lock, worker_class, path)
    lock = server.completed(lock, worker_class)
    server.refuse_unfit(lock, worker_class, path)
    if wanted.websockets:
        server.refuse_without_websockets(lock, worker_class, path)
    return CommittedLock(lock_file.text(lock))


def _converted(tree: CommitTree, path: str, wanted: Wanted, cache: Path) -> str:
    """The text of a requirements file, paths relative to the lock."""
    # What reads these files takes a while to import, and most locks are requirements.
    from understudy.release.locks import pipfile_lock, poetry_lock, pylock, uv_lock

    if find.is_kind(path, find.PIPFILE):
        return _text(pipfile_lock.lines(tree.text(path), path, wanted.groups))
    if find.is_kind(path, find.PYLOCK):
        return _text(pylock.lines(tree.text(path), path, wanted.extras, wanted.groups))
    tool = uv_lock if find.is_kind(path, find.UV) else poetry_lock
    project = posixpath.join(posixpath.dirname(path), "pyproject.toml")
    if not tree.has(project):
        raise ConfigError(
            f"{path} is read with {project}, which is not in commit {tree.commit[:12]}",
            hint=f"git add {project}, and commit it.",
        )
    inputs = tool.inputs(tree, path)
    kept = cache / f"{_key(inputs, wanted)}.txt"
    if not kept.exists():
        texts = {file: tree.text(file) for file in inputs}
        text = _text(tool.lines(texts, path, wanted))
        cache.mkdir(parents=True, exist_ok=True)
        atomic_write(kept, text)
    return kept.read_text()


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _key(inputs: Mapping[str, str], wanted: Wanted) -> str:
    return digest((_FORMAT, *inputs.items(), wanted.prefix, wanted.extras, wanted.groups))[:24]
