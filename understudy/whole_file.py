"""Writes a file whole or not at all."""

from contextlib import suppress
from pathlib import Path

from understudy.errors import StepFailed


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
    return StepFailed(
        f"{path} can't be written",
        details=str(error),
        hint=f"Is the disk full, or has a run under sudo left root's files there? `df -h {path.parent}` "
        f"and `ls -la {path.parent}` tell.",
    )
