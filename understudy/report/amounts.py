"""Ages and sizes for people: `3 h ago`, `1.2 GiB`. Pure."""

from datetime import datetime

_SIZES = (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10))
_UNITS = (("day", 86400), ("h", 3600), ("min", 60), ("s", 1))


def age(at: datetime, now: datetime) -> str:
    """How long ago that was. What is still to come was just now: two clocks differ."""
    seconds = int((now - at).total_seconds())
    if seconds < 1:
        return "just now"
    unit, length = next((name, length) for name, length in _UNITS if seconds >= length)
    number = seconds // length
    return f"{number} {'days' if unit == 'day' and number > 1 else unit} ago"


def size(number: int) -> str:
    """Bytes, in the largest unit of which there is at least one."""
    for unit, length in _SIZES:
        if number >= length:
            return f"{number / length:.1f} {unit}"
    return f"{number} bytes"
