"""Requirements without hashes, and the lock that Understudy makes of them: a file beside them. Pure.

`requirements.txt` is locked in `requirements.lock`. Its head says what it was made of, so that a change of the
requirements is noticed. A lock without that line was made by its owner, who decides when it is made again.
"""

import re
from hashlib import sha256
from pathlib import PurePosixPath

from understudy.errors import ConfigError
from understudy.release.locks.requirements import Requirements

_INPUTS = re.compile(r"^# inputs: ([0-9a-f]+)$", re.MULTILINE)


class NotLocked(ConfigError):
    """There is no lock of these requirements, neither committed nor on this machine's disk."""

    def __init__(self, requirements: Requirements) -> None:
        super().__init__(
            f"{requirements.path} has no hashes, and there is no {path(requirements)} for it",
            hint="python deploy.py deploy makes that file; then commit it.",
        )
        self.requirements = requirements


def path(requirements: Requirements) -> str:
    """Of the lock, from the repository's top."""
    return str(PurePosixPath(requirements.path).with_suffix(".lock"))


def fits(lock: str, requirements: Requirements) -> bool:
    """Whether the text of a lock was made from these requirements, as far as it says so."""
    found = _INPUTS.search(lock)
    return found is None or found[1] == _digest(requirements)


def text(compiled: str, requirements: Requirements, python: str) -> str:
    """The lock to write. compiled: by uv. python: of the host, as "3.11.2"."""
    name = PurePosixPath(requirements.path).name
    return (
        f"# Made by Understudy from {name}, for Python {python} and newer. Commit this file.\n"
        f"# inputs: {_digest(requirements)}\n# requires-python: >={python}\n{compiled}"
    )


def command(requirements: Requirements, python: str) -> tuple[str, ...]:
    """What makes the lock, to be run at the repository's top; without the program uv itself."""
    return (
        *("pip", "compile", "--universal", "--generate-hashes", "--python-version", python),
        *(*requirements.given, "-o", path(requirements)),
    )


def _digest(requirements: Requirements) -> str:
    return sha256(repr(requirements.files).encode()).hexdigest()[:16]
