"""A lock on a directory of this machine: between runs, and between the threads of one run."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive_lock(directory: Path) -> Iterator[None]:
    """Waits, without a deadline, until no other run or thread holds the lock; makes the directory.

    The lock is an flock(2): the kernel frees it when its process ends, however that ends.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
