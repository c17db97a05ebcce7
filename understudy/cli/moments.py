"""Points in time as a user types them: `14:30`, or a day with a time. Pure."""

from datetime import datetime, timedelta


def parse(text: str, now: datetime) -> datetime:
    """The moment, in the zone of `now`. A time alone is the next such time. Raises ValueError for another text,
    and for what has passed.
    """
    try:
        time = datetime.strptime(text, "%H:%M").time()
    except ValueError:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
    else:
        moment = datetime.combine(now.date(), time, now.tzinfo)
        moment = moment if moment > now else moment + timedelta(days=1)
    if moment <= now:
        raise ValueError(f"{text} has passed")
    return moment
