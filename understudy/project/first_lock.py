"""init locks requirements without hashes, so that one commit has deploy.yml and the lock."""

import os
from dataclasses import dataclass
from pathlib import Path

from understudy.config.app import App
from understudy.deploy import new_lock
from understudy.errors import ConfigError, UnderstudyError, Unreachable
from understudy.local.atomic_write import atomic_write
from understudy.release import committed_lock
from understudy.release.commit_tree import CommitTree
from understudy.release.git import git
from understudy.release.locks import unlocked, wanted
from understudy.release.locks.requirements import Requirements
from understudy.report.events import Report


@dataclass(frozen=True)
class _NextCommit(CommitTree):
    """The files as they are on the disk, which are to be committed."""

    def has(self, path: str) -> bool:
        return (self.repository / path).is_file()

    def text(self, path: str) -> str:
        if not self.has(path):
            raise ConfigError(f"there is no {path}")
        return (self.repository / path).read_bytes().decode(errors="replace")

    def object_id(self, path: str) -> str:
        """Of a package in the repository: of one that is to be committed it is not known."""
        return "0" * 40 if (self.repository / path).exists() else ""


def write(directory: Path, app: App, python: str, report: Report) -> list[str]:
    """Locks the requirements for that Python and newer ones. Returns the new lock's path, from the directory.

    Where there is a lock, or nothing to lock, none is made. If one can't be made now, a warning says so: the
    first deploy or rehearsal makes it.
    """
    places = git(directory / app.subdirectory, "rev-parse", "--show-toplevel", "--show-prefix")
    top, _, prefix = places.removesuffix("\n").rpartition("\n")
    tree = _NextCommit(Path(top), "")
    try:
        requirements = committed_lock.to_lock(tree, wanted.of(app, prefix.rstrip("/")))
    except ConfigError:
        # What is missing was shown with what was found.
        return []
    return [] if requirements is None else _lock(directory, app, tree, requirements, python, report)


def _lock(
    directory: Path,
    app: App,
    tree: CommitTree,
    requirements: Requirements,
    python: str,
    report: Report,
) -> list[str]:
    path = unlocked.path(requirements)
    try:
        _refuse_to_run_anything(requirements)
        text = new_lock.compile_lock(report, app, tree, requirements, python)
    except UnderstudyError as error:
        later = f"no {path} yet; the first deploy or rehearsal makes it, to be committed then"
        # An index that does not answer needs no more words.
        details = "" if isinstance(error, Unreachable) else error.details
        report.warn("\n".join(filter(None, (f"{later}: {error.summary}", details))))
        return []
    atomic_write(tree.repository / path, text)
    return [os.path.relpath(tree.repository / path, directory)]


def _refuse_to_run_anything(requirements: Requirements) -> None:
    """init reads the repository's files alone."""
    if any(" @ repository:" in line for line in requirements.lines):
        raise ConfigError("a package in the repository has to be built to know what it needs")
