"""The error for a lock that is made for another Python than the host's. Pure."""

from pathlib import PurePosixPath

from understudy.errors import ConfigError
from understudy.release import lock_file
from understudy.release.lock_file import LockFile


def refuse(lock: LockFile, python: str, host: str) -> None:
    """Raises ConfigError if the lock is for other Pythons than the host's ("3.11.2"). host: its name."""
    if not lock_file.accepts(lock, python):
        raise ConfigError(
            f"{lock.origin} is made for Python {lock.python}, and {host} has Python {python}",
            hint=hint(PurePosixPath(lock.origin).name, python),
        )


def hint(name: str, python: str) -> str:
    """How to lock for that Python. name: of the lock file."""
    minor = lock_file.minor(python)
    match name:
        case "uv.lock":
            return f'`requires-python = ">={minor}"` in pyproject.toml, then: uv lock'
        case "poetry.lock":
            return f'`python = ">={minor}"` among the dependencies in pyproject.toml, then: poetry lock'
        case "Pipfile.lock":
            return (
                f'`python_version = "{minor}"` below [requires] in the Pipfile, then: pipenv lock'
            )
    return f"Lock for the host's Python, by uv with --python-version {python}, and commit that."
