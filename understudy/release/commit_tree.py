"""The files of one commit, read from git."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from understudy.release.git import git


class Entry(NamedTuple):
    """mode, kind: as git has them, such as "100644" and "blob"."""

    mode: str
    kind: str
    object_id: str

    @property
    def is_tree(self) -> bool:
        return self.kind == "tree"


@dataclass(frozen=True)
class CommitTree:
    """Paths are relative to the repository's top. to_write: path -> text of files that the disk is to get."""

    repository: Path
    commit: str
    to_write: Mapping[str, str] = field(default_factory=dict)

    def has(self, path: str) -> bool:
        return bool(self.object_id(path))

    def text(self, path: str) -> str:
        """The text of a file. Raises ConfigError if the commit does not have it."""
        return _text(self.repository, self.commit, path)

    def on_disk(self, path: str) -> str:
        """The text of the file beside the commit, "" without one: the copy of a git URL has no files."""
        if path in self.to_write:
            return self.to_write[path]
        file = self.repository / path
        return file.read_text(errors="replace") if file.is_file() else ""

    def object_id(self, path: str) -> str:
        """Git's id of the file or directory, which changes with its content; "" without one."""
        path = posixpath.normpath(path)
        if path.startswith(("../", "/")) or path == "..":
            return ""
        if path == ".":
            return git(self.repository, "rev-parse", f"{self.commit}^{{tree}}").strip()
        entry = entries(self.repository, self.commit).get(path)
        return entry.object_id if entry else ""

    def named(self, name: str, below: str) -> dict[str, str]:
        """The paths of all files of that name in a directory and below it, each with git's id of it."""
        start = "" if below in ("", ".") else f"{below}/"
        return {
            path: entry.object_id
            for path, entry in entries(self.repository, self.commit).items()
            if path.startswith(start) and posixpath.basename(path) == name and not entry.is_tree
        }


# For the candidate and the live release. What a commit has never changes.
@lru_cache(maxsize=2)
def entries(repository: Path, commit: str) -> Mapping[str, Entry]:
    """All files and directories of a commit, by their paths from the repository's top."""
    listed = git(repository, "ls-tree", "-rtz", "--full-tree", commit).split("\0")
    found = (entry.partition("\t") for entry in listed if entry)
    return {path: Entry(*about.split()) for about, _, path in found}


# Asked for again by each part that reads the lock.
@lru_cache(maxsize=32)
def _text(repository: Path, commit: str, path: str) -> str:
    return git(repository, "show", f"{commit}:{path}")
