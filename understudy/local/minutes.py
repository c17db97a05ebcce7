"""Points in time as people read them: to the minute, in UTC. Pure."""

import re
from datetime import UTC, datetime

_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


def minute(at: datetime) -> str:
    """`2026-03-01 12:04 UTC`. at: with its time zone."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def in_minutes(text: str) -> str:
    """The text with each point in time that is written as ISO 8601, with its zone, as minute() writes it."""
    return _ISO.sub(_written, text)


def _written(found: re.Match[str]) -> str:
    try:
        return minute(datetime.fromisoformat(found[0].replace("Z", "+00:00")))
    except (ValueError, OverflowError):
        return found[0]
