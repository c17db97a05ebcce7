"""Points in time as users type them: `14:30`, a day with a time, `2h` ago, the last deploy. Pure."""

import re
from datetime import datetime, timedelta

# The word for: since the last deploy or rollback began.
DEPLOY = "deploy"
_DAY = timedelta(days=1)
_UNITS = {"s": "seconds", "m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def past(text: str, now: datetime) -> datetime:
    """The moment, in the zone of `now`. A time alone is the last such time.

    Raises ValueError for another text.
    """
    if found := re.fullmatch(r"(\d{1,5})(s|m|min|h|d|w)", text):
        return now - timedelta(**{_UNITS[found[2]]: int(found[1])})
    moment, is_time = _parse(text, now)
    return moment - _DAY if is_time and moment > now else moment


def to_come(text: str, now: datetime) -> datetime:
    """As past(), of a time alone the next such time. Raises ValueError for what has passed, too."""
    moment, is_time = _parse(text, now)
    if is_time and moment <= now:
        moment += _DAY
    if moment <= now:
        raise ValueError(f"{text} has passed")
    return moment


def _parse(text: str, now: datetime) -> tuple[datetime, bool]:
    """The moment, and whether the text is a time alone: then it is that of today."""
    try:
        time = datetime.strptime(text, "%H:%M").time()
    except ValueError:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)), False
    return datetime.combine(now.date(), time, now.tzinfo), True
