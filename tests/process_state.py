"""Whether a process has ended: also one that ends while it is asked, or that no one has waited for yet."""

import time
from pathlib import Path


def ends(process: int | str, seconds: float = 10) -> bool:
    """Whether it has ended, or does within that time: a signal ends it only when it runs next."""
    deadline = time.monotonic() + seconds
    while is_alive(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def is_alive(process: int | str) -> bool:
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    # The second one comes of reading the file of a process that is just ending.
    except (FileNotFoundError, ProcessLookupError):
        return False
    # The name before it may have any letters.
    return stat.rpartition(")")[2].split()[0] != "Z"
