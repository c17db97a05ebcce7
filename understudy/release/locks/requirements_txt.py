"""Requirements files of a commit, with the files that they include."""

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from understudy.errors import ConfigError
from understudy.release import lock_file
from understudy.release.commit_tree import CommitTree
from understudy.release.locks import sources
from understudy.release.locks.requirements import Requirements

_INCLUDE = re.compile(r"(-r|--requirement|-c|--constraint)(?:\s*=\s*|\s+)(\S+)|(-r|-c)(\S+)")
_IN_REPOSITORY = re.compile(r" @ repository:([^@\s]+)@")
# No lock file is that deep, but for one that includes itself.
_MOST_LEVELS = 10


def is_loose(tree: CommitTree, path: str) -> bool:
    """Whether a file, without those that it includes, has packages and no hash."""
    lines = lock_file.logical_lines(tree.text(path))
    return Requirements((path,), tuple(lines)).is_loose


def read(tree: CommitTree, paths: Sequence[str], app: str) -> Requirements:
    """app: the app's directory. Raises ConfigError for a file that is included and not committed."""
    reader = _Reader(tree, app)
    lines = [line for path in paths for line in reader.lines(path)]
    files = {**reader.files, **dict(_project_files(tree, lines))}
    return Requirements(tuple(paths), tuple(lines), tuple(files.items()), tuple(reader.constraints))


def lines_of(text: str, tree: CommitTree, folders: tuple[str, ...]) -> Iterator[str]:
    """The lines of one text in the normal form, with those that say for which Python it is.

    folders: what its paths may be relative to.
    """
    yield from (line for line in text.splitlines() if line.startswith("# requires-python: "))
    yield from (sources.normal(line, tree, folders) for line in lock_file.logical_lines(text))


def _project_files(tree: CommitTree, lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Of the packages in the repository: they say what those need."""
    for line in lines:
        if found := _IN_REPOSITORY.search(line):
            for name in ("pyproject.toml", "setup.cfg", "setup.py"):
                if tree.has(path := posixpath.join(found[1], name)):
                    yield path, tree.text(path)


@dataclass
class _Reader:
    """Reads files with those that they include. files, constraints: as in Requirements, of what was read."""

    tree: CommitTree
    app: str
    files: dict[str, str] = field(default_factory=dict)
    constraints: dict[str, None] = field(default_factory=dict)

    def lines(self, path: str, level: int = 0) -> Iterator[str]:
        if level > _MOST_LEVELS:
            raise ConfigError(f"{path} includes itself", hint="Remove that -r line.")
        self.files[path] = self.tree.text(path)
        here = posixpath.dirname(path)
        for line in lock_file.logical_lines(self.files[path]):
            option, included = _included(line)
            if not included:
                yield sources.normal(line, self.tree, (here, self.app, ""))
                continue
            there = posixpath.normpath(posixpath.join(here, included))
            self._refuse_missing(path, included, there)
            below = list(self.lines(there, level + 1))
            if option in ("-r", "--requirement"):
                yield from below
            else:
                # They install nothing: they matter where versions are chosen.
                self.constraints[there] = None

    def _refuse_missing(self, path: str, included: str, there: str) -> None:
        if not self.tree.has(there):
            raise ConfigError(
                f"{path} includes {included}, which is not in commit {self.tree.commit[:12]}",
                hint=f"git add {there}, and commit it.",
            )


def _included(line: str) -> tuple[str, str]:
    """Option and path in `-r base.txt`; empty in any other line, and for a URL, which is refused later."""
    found = _INCLUDE.fullmatch(line)
    if not found or "://" in line:
        return "", ""
    return found[1] or found[3], found[2] or found[4]
