"""How far back `logs` and `audit` look, as a user types it: `1h`, a time, or `deploy`. Pure."""

import re
from datetime import datetime, timedelta

# The word for: since the last deploy or rollback began.
DEPLOY = "deploy"
_UNITS = {"s": "seconds", "m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse(text: str, now: datetime) -> datetime:
    """The moment, in the zone of `now`. A time alone is the last such time. Raises ValueError for others."""
    if found := re.fullmatch(r"(\d{1,5})(s|m|min|h|d|w)", text):
        return now - timedelta(**{_UNITS[found[2]]: int(found[1])})
    try:
        time = datetime.strptime(text, "%H:%M").time()
    except ValueError:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
    moment = datetime.combine(now.date(), time, now.tzinfo)
    return moment if moment <= now else moment - timedelta(days=1)
