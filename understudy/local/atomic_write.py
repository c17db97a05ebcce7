"""Writes a file as a whole or not at all, and explains why a file can't be written on this machine."""

import errno
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir

from understudy.errors import StepFailed

# What the operating system reports for a full or read-only disk, or for missing rights: no bug of ours.
_DISK_ERRORS = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT}


def atomic_write(path: Path, text: str) -> None:
    """Writes the text as UTF-8, and makes the file's folder if it is missing.

    Raises StepFailed if it can't be written; the earlier content is still there then.
    """
    new = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(exist_ok=True)
        new.write_text(text, encoding="utf-8")
        new.replace(path)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        raise cannot_write(path, error) from None


def cannot_write(path: Path, error: OSError) -> StepFailed:
    """The error to raise for a file that can't be written on this machine."""
    return _disk_full(path.parent, error) or StepFailed(
        f"{path} can't be written", details=str(error), hint=_hint(path.parent)
    )


def disk_error(error: OSError) -> StepFailed | None:
    """The error to report for an OSError that no code expected; None if the disk isn't its cause."""
    if error.errno not in _DISK_ERRORS:
        return None
    # An error of write(2) names no file: it was here or, more often, among the temporary files.
    places = [Path(error.filename).parent] if error.filename else [Path(), Path(gettempdir())]
    place = min(places, key=_free_bytes)
    summary = "cannot write to the local disk"
    return _disk_full(place, error) or StepFailed(summary, details=str(error), hint=_hint(place))


def _disk_full(place: Path, error: OSError) -> StepFailed | None:
    """The error to report for a disk without room; None if that is not the cause."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return None
    quota = "" if error.errno == errno.ENOSPC else ", and the user's quota is used up"
    free = f"{_free_bytes(place) // 2**20} MiB free{quota}"
    return StepFailed(
        f"the disk of this machine is full: {place.absolute()} has {free}",
        details=str(error),
        hint=f"`df -h {place.absolute()}` shows the free space, `df -i` the free inodes. "
        "Make room, then run the same command again.",
    )


def _free_bytes(place: Path) -> int:
    """0 if that can't be found out."""
    try:
        return shutil.disk_usage(place).free
    except OSError:
        return 0


def _hint(place: Path) -> str:
    return (
        "Is the disk full, or did a run under sudo leave files of root there? "
        f"`df -h {place}` and `ls -la {place}` show it."
    )
