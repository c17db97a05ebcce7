"""Requirements files of a commit, with the files that they include."""

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from understudy.errors import ConfigError
from understudy.release import lock_file
from understudy.release.commit_tree import CommitTree
from understudy.release.locks import sources

_INCLUDE = re.compile(r"(-r|--requirement|-c|--constraint)(?:\s*=\s*|\s+)(\S+)|(-r|-c)(\S+)")
# No lock file is that deep, but for one that includes itself.
_MOST_LEVELS = 10


@dataclass(frozen=True)
class Requirements:
    """path: of the first file. lines: logical ones of all files, in the normal form where they can be.

    files: path -> text of each file that was read, constraints included.
    """

    path: str
    lines: tuple[str, ...]
    files: tuple[tuple[str, str], ...]

    @property
    def is_loose(self) -> bool:
        """Whether there are packages, and none of them has a hash."""
        wanted = [line for line in self.lines if not line.startswith("-") and " @ " not in line]
        return bool(wanted) and not any("--hash" in line for line in wanted)


def is_loose(tree: CommitTree, path: str) -> bool:
    """Whether a file, without those that it includes, has packages and no hash."""
    lines = lock_file.logical_lines(tree.text(path))
    return Requirements(path, tuple(lines), ()).is_loose


def read(tree: CommitTree, paths: Sequence[str], app: str) -> Requirements:
    """app: the app's directory. Raises ConfigError for a file that is included and not committed."""
    files: dict[str, str] = {}
    lines = [line for path in paths for line in _lines(tree, path, app, files, 0)]
    return Requirements(paths[0], tuple(lines), tuple(files.items()))


def _lines(
    tree: CommitTree, path: str, app: str, files: dict[str, str], level: int
) -> Iterator[str]:
    if level > _MOST_LEVELS:
        raise ConfigError(f"{path} includes itself", hint="Remove that -r line.")
    files[path] = tree.text(path)
    here = posixpath.dirname(path)
    for line in lock_file.logical_lines(files[path]):
        option, included = _included(line)
        if not included:
            yield sources.normal(line, tree, (here, app, ""))
            continue
        there = posixpath.normpath(posixpath.join(here, included))
        if not tree.has(there):
            raise ConfigError(
                f"{path} includes {included}, which is not in commit {tree.commit[:12]}",
                hint=f"git add {there}, and commit it.",
            )
        below = list(_lines(tree, there, app, files, level + 1))
        # Constraints install nothing: they matter where versions are chosen.
        yield from () if option.startswith(("-c", "--c")) else below


def _included(line: str) -> tuple[str, str]:
    """Option and path in `-r base.txt`; empty in any other line, and for a URL, which is refused later."""
    found = _INCLUDE.fullmatch(line)
    if not found or "://" in line:
        return "", ""
    return found[1] or found[3], found[2] or found[4]
