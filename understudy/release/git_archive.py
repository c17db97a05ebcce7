"""The files of a commit or a tree as `git archive` gives them, read on this machine."""

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from understudy.errors import ConfigError
from understudy.release.git import git, git_bytes

# Files that are named in the message about too little memory.
_MOST = 5


@contextmanager
def opened(
    repository: Path, tree: str, *below: str, options: tuple[str, ...] = ()
) -> Iterator[tarfile.TarFile]:
    """tree: a commit or a tree; below: the one directory of it that is meant. options: of git itself.

    Raises ConfigError if it has no files, or more than this machine's memory takes.
    """
    try:
        archive = git_bytes(repository, *options, "archive", "--format=tar", tree, *below)
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            yield files
    except tarfile.ReadError:
        raise _without_files(tree, below) from None
    except MemoryError:
        raise _too_large(repository, tree) from None


def extract(repository: Path, tree: str, place: Path) -> None:
    """Writes its files into `place`. Links that lead out of it are left out. Raises as opened()."""
    with opened(repository, tree) as files:
        files.extractall(place, filter=_inside)  # noqa: S202  _inside is the check


def _inside(member: tarfile.TarInfo, place: str) -> tarfile.TarInfo | None:
    try:
        return tarfile.data_filter(member, place)
    except tarfile.FilterError:
        return None


def _without_files(tree: str, below: tuple[str, ...]) -> ConfigError:
    where = (
        f"{tree[:12]} has no files in {'/'.join(below)}/" if below else f"{tree[:12]} has no files"
    )
    return ConfigError(
        f"commit {where}, so there is nothing to deploy",
        hint="Commit the app's files (git add, git commit). If they are committed: does a .gitattributes "
        "keep all of them out by export-ignore, or is app.revision in deploy.yml another commit?",
    )


def _too_large(repository: Path, tree: str) -> ConfigError:
    entries = git(repository, "ls-tree", "-rlz", "--full-tree", tree).split("\0")
    sized = [_size(entry) for entry in entries if entry]
    largest = sorted(sized, reverse=True)[:_MOST]
    return ConfigError(
        f"the files of commit {tree[:12]} take more memory than this machine has",
        details="\n".join(f"{size / 2**20:.0f} MiB  {path}" for size, path in largest),
        hint="For files that the site does not need, put `PATH export-ignore` into .gitattributes.",
    )


def _size(entry: str) -> tuple[int, str]:
    """Of a line of `git ls-tree -l`: mode, type, id, bytes (`-` of a submodule), a tab, path."""
    about, _, path = entry.partition("\t")
    size = about.split()[-1]
    return int(size) if size.isdigit() else 0, path
