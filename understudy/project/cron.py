"""Times of cron -> times of systemd. Pure."""

import re

_BY_NAME = {
    "@hourly": "hourly",
    "@daily": "daily",
    "@midnight": "daily",
    "@weekly": "weekly",
    "@monthly": "monthly",
    "@yearly": "yearly",
    "@annually": "yearly",
}
_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def calendar(time: str) -> str | None:
    """`10 3 * * 1-5` -> `Mon..Fri *-*-* 03:10`. None where systemd has nothing like it, and for no time."""
    if time in _BY_NAME:
        return _BY_NAME[time]
    fields = time.split()
    if len(fields) != 5:
        return None
    minute, hour, day, month, weekday = fields
    # cron runs on either of them, systemd where both agree.
    if day != "*" and weekday != "*":
        return None
    found = (
        _weekdays(weekday),
        _field(_by_number(month), 1),
        _field(day, 1),
        _field(hour, 0),
        _field(minute, 0),
    )
    if None in found:
        return None
    days, months, of_month, hours, minutes = found
    return f"{days} *-{months}-{of_month} {hours}:{minutes}".strip()


def _field(text: str, first: int) -> str | None:
    parts = [_part(part, first) for part in text.split(",")]
    return None if None in parts else ",".join(part for part in parts if part)


def _part(text: str, first: int) -> str | None:
    found = re.fullmatch(r"(?:(\*)|(\d+)(?:-(\d+))?)(?:/(\d+))?", text)
    if not found:
        return None
    every, start, end, step = found.groups()
    if every:
        return f"{first}/{int(step)}" if step else "*"
    base = f"{int(start):02}" + (f"..{int(end):02}" if end else "")
    return f"{base}/{int(step)}" if step else base


def _weekdays(text: str) -> str | None:
    if text == "*":
        return ""
    parts = [_days(part) for part in text.split(",")]
    return None if None in parts else ",".join(part for part in parts if part)


def _days(text: str) -> str | None:
    names = [_day(one) for one in text.split("-")]
    if "" in names or len(names) > 2:
        return None
    # The week of systemd begins on Monday.
    if names[0] == "Sun" and len(names) == 2:
        return f"Sun,Mon..{names[1]}"
    return "..".join(names)


def _day(text: str) -> str:
    if text.isdigit() and int(text) < len(_DAYS):
        return _DAYS[int(text)]
    return text.capitalize() if text.capitalize() in _DAYS else ""


def _by_number(month: str) -> str:
    for number, name in enumerate(_MONTHS, 1):
        month = re.sub(name, str(number), month, flags=re.IGNORECASE)
    return month
