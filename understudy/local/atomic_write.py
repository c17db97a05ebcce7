"""Writes a file whole or not at all; what is told of files here that can't be written."""

import errno
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir

from understudy.errors import StepFailed

# What a disk or the rights on it say: no bug of the program that hears it.
_OF_THE_DISK = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT}


def write(path: Path, text: str) -> None:
    """Raises StepFailed if it can't be written; what was there before is there still."""
    new = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(exist_ok=True)
        new.write_text(text, encoding="utf-8")
        new.replace(path)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        raise unwritten(path, error) from None


def unwritten(path: Path, error: OSError) -> StepFailed:
    """What is told of a file that can't be written on this machine."""
    return _full(path.parent, error) or StepFailed(
        f"{path} can't be written", details=str(error), hint=_hint(path.parent)
    )


def refused(error: OSError) -> StepFailed | None:
    """What is told where nobody has expected that the disk refuses. None if it's not about the disk."""
    if error.errno not in _OF_THE_DISK:
        return None
    # A write names no file: it was here or, more often, among temporary ones.
    places = [Path(error.filename).parent] if error.filename else [Path(), Path(gettempdir())]
    place = min(places, key=_free)
    summary = "this machine's disk refuses that"
    return _full(place, error) or StepFailed(summary, details=str(error), hint=_hint(place))


def _full(place: Path, error: OSError) -> StepFailed | None:
    """What is told of a disk without room; None if that is not what is wrong."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return None
    quota = "" if error.errno == errno.ENOSPC else " that its user may take"
    return StepFailed(
        f"the disk of this machine is full: {place.absolute()} has {_free(place) // 2**20} MiB free{quota}",
        details=str(error),
        hint=f"`df -h {place.absolute()}` shows it, `df -i` whether it has no room for another file. "
        "Then run the same command again.",
    )


def _free(place: Path) -> int:
    """Bytes that can still be written there, 0 if that can't be known."""
    try:
        return shutil.disk_usage(place).free
    except OSError:
        return 0


def _hint(place: Path) -> str:
    return (
        f"Is the disk full, or has a run under sudo left root's files there? `df -h {place}` "
        f"and `ls -la {place}` tell."
    )
