"""Compressed copies of static files, which nginx sends in their place: `a.css.gz` for `a.css`.

The deploying machine makes them: see understudy/deploy/static_copies.py. Here they are taken over from the
release before, and what is left to make is listed. Each copy beside a text file has that file's content.
"""

import filecmp
import os
import stat
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

SUFFIXES = (".gz", ".br")


def lacking(
    directory: str,
    before: str | None,
    suffixes: Sequence[str],
    text: Sequence[str],
    largest: int,
) -> dict[str, str]:
    """Path -> SHA-256 of each text file that has no copies yet.

    before: the live release's directory. Its files of the same content are linked: they keep their ETag.
    suffixes: of the copies to make. text: the ends of text files' names, without a dot. largest: bytes
    of a file that gets copies.
    """
    found = {}
    for folder, _, names in os.walk(directory):
        texts = {name for name in names if name.rpartition(".")[2] in text}
        for name in {*names} - {name + suffix for name in texts for suffix in SUFFIXES}:
            path, ours = f"{folder}/{name}", suffixes if name in texts else ()
            linked = before is not None and link_same(before + path[len(directory) :], path, ours)
            if name in texts:
                # What the app itself has there may be of another content, and nginx would send it.
                foreign = {name + suffix for suffix in SUFFIXES if not linked or suffix not in ours}
                for copy in foreign.intersection(names):
                    Path(folder, copy).unlink()
                if not linked and (digest := digest_of(Path(path), largest)):
                    found[str(Path(path).relative_to(directory))] = digest
    return found


def digest_of(path: Path, largest: int) -> str | None:
    """None for a larger file, and for a link to no file."""
    if not path.is_file() or path.stat().st_size > largest:
        return None
    return sha256(path.read_bytes()).hexdigest()


def link_same(old: str, new: str, copies: Sequence[str]) -> bool:
    """Makes a new file and its copies links to the old ones, if it has the same content and all are there."""
    ends = ("", *copies)
    olds, news = ([inode(path + end) for end in ends] for path in (old, new))
    if None in olds or news[0] is None:
        return False
    if olds[0] != news[0] and not filecmp.cmp(old, new, shallow=False):
        return False
    for end, one, other in zip(ends, olds, news, strict=True):
        if one != other:
            link(old + end, new + end)
    return True


def inode(path: str) -> tuple[int, int] | None:
    """None without a file. A symbolic link counts as none: it leads into a release, which may be removed."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISREG(found.st_mode) else None


def link(old: str, new: str) -> None:
    """By a rename: killed at any moment, the new file is there."""
    made = Path(f"{new}.linked")
    made.unlink(missing_ok=True)
    os.link(old, made)
    made.replace(new)
