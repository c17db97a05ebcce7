"""What runs leave on this machine is its user's alone: logs, reports, screenshots, copies of the source."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_OTHERS = 0o077


def keep(state: Path, directories: Iterable[Path]) -> None:
    """Makes the directories, for this user alone; what an earlier version left open is closed.

    state: the one around most of them. Others may pass through it, to what apt, which is another user,
    reads and writes while a box is built; but they can't list it.
    """
    with suppress(OSError):
        state.mkdir(exist_ok=True)
        state.chmod(0o711)
        for file in state.iterdir():
            if file.is_file():
                close(file)
    for directory in directories:
        with suppress(OSError):
            directory.mkdir(mode=0o700, exist_ok=True)
            if directory.stat().st_mode & _OTHERS:
                close_all(directory)


def close_all(directory: Path) -> None:
    """Takes all rights of others from a directory and from what is in it."""
    close(directory)
    for path in directory.rglob("*"):
        close(path)


def close(path: Path) -> None:
    """A file of another user, such as the VM's console, stays as it is: it's in a closed directory."""
    if not path.is_symlink():
        with suppress(OSError):
            path.chmod(path.stat().st_mode & 0o700)
