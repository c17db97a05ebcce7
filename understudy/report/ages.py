"""Ages for people: `3 h ago`. Pure."""

from datetime import datetime

_UNITS = (("day", 86400), ("h", 3600), ("min", 60), ("s", 1))


def age(at: datetime, now: datetime) -> str:
    """How long ago that was. What is still to come was just now: two clocks differ."""
    seconds = int((now - at).total_seconds())
    if seconds < 1:
        return "just now"
    unit, length = next((name, length) for name, length in _UNITS if seconds >= length)
    number = seconds // length
    return f"{number} {'days' if unit == 'day' and number > 1 else unit} ago"
