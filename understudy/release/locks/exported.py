"""A lock file as its own tool exports it, in the format of requirements.txt."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from understudy.errors import ConfigError

# The tool's last lines have the reason.
_LINES = 8


def exported(command: Sequence[str], directory: Path, path: str, hint: str) -> str:
    """Runs the tool in the project's directory and returns its output. Raises ConfigError if it refuses.

    path: of the lock in the commit, for the error.
    """
    done = subprocess.run(
        command, cwd=directory, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise ConfigError(f"{path} can't be read", details="\n".join(lines[-_LINES:]), hint=hint)
    return done.stdout
