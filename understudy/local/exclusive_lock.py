"""What is kept in a directory here is made by one at a time: of all runs, and of a run's threads."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive_lock(directory: Path) -> Iterator[None]:
    """Waits until nobody else makes anything there. Frees itself with the process."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
