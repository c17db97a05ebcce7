"""Only the user may read what runs leave on this machine: logs, reports, screenshots, copies of the source."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_OTHERS = 0o077


def make_private(state: Path, directories: Iterable[Path]) -> None:
    """Makes the directories with rights for this user only, and takes others' rights from what is in them.

    state: the directory around most of them. Others may pass through it but not list it: while a box
    is built, apt runs as another user and reads and writes there. What can't be changed is left as it is.
    """
    with suppress(OSError):
        state.mkdir(exist_ok=True)
        state.chmod(0o711)
        for file in state.iterdir():
            if file.is_file():
                _close(file)
    for directory in directories:
        with suppress(OSError):
            directory.mkdir(mode=0o700, exist_ok=True)
            if directory.stat().st_mode & _OTHERS:
                close_all(directory)


def close_all(directory: Path) -> None:
    """Takes all rights of others from a directory and from everything in it."""
    _close(directory)
    for path in directory.rglob("*"):
        _close(path)


def _close(path: Path) -> None:
    """A file of another user, such as the VM's console log, keeps its rights: its directory is closed."""
    if not path.is_symlink():
        with suppress(OSError):
            path.chmod(path.stat().st_mode & 0o700)
