"""Digests of files, by which a change of any of them is noticed."""

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path


def digest(parts: Iterable[object]) -> str:
    """Of the texts of all parts, in their order."""
    whole = sha256()
    for part in parts:
        text = str(part).encode(errors="surrogateescape")
        # With its length, so that no two lists of parts make the same whole.
        whole.update(f"{len(text)}:".encode() + text)
    return whole.hexdigest()


def contents(files: Iterable[Path]) -> Iterator[object]:
    """The names and contents of these files."""
    for file in files:
        yield from (file, file.read_bytes())


def states(directory: Path) -> Iterator[object]:
    """The names, sizes and times of all files below a directory: quicker, and enough for installed code."""
    for file in _files(directory):
        state = file.stat()
        yield from (file, state.st_size, state.st_mtime_ns)


def installed(path: Iterable[str]) -> Iterator[object]:
    """The times of the directories of libraries on Python's path: installing or removing one changes them."""
    for directory in path:
        if directory.endswith("-packages") and Path(directory).is_dir():
            yield from (directory, Path(directory).stat().st_mtime_ns)


def _files(directory: Path) -> Iterator[Path]:
    """Without what Python compiles."""
    for folder, folders, files in os.walk(directory):
        folders[:] = sorted(set(folders) - {"__pycache__"})
        yield from (Path(folder, file) for file in sorted(files))
