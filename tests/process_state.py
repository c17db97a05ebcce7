"""Whether a process has ended: also one that ends while it is asked, or that no one has waited for yet."""

from pathlib import Path


def is_alive(process: int | str) -> bool:
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    # The second one comes of reading the file of a process that is just ending.
    except (FileNotFoundError, ProcessLookupError):
        return False
    # The name before it may have any letters.
    return stat.rpartition(")")[2].split()[0] != "Z"
