"""Whether systemd can read the calendars of deploy.yml: what it is asked, and what it has answered. Pure."""

import re
from collections.abc import Iterator, Mapping

from understudy.config import report, spots, yaml_text
from understudy.config.report import Mistake

_REFUSED = re.compile(r"Failed to parse calendar \w+ '(.*)': (.+)")
_NEVER = re.compile(r"Original form: (.+)\n(?:.+\n)*?.*Next elapse: never")
_CRON = re.compile(r"[\d*/,-]+( [\d*/,A-Za-z-]+){4}")
_HINT = "`systemd-analyze calendar` shows what systemd reads; man 7 systemd.time has the syntax."
_SPAN = re.compile(r"\d+ ?[a-z]+")


def question(calendars: Mapping[str, str]) -> tuple[str, ...]:
    """The words after `systemd-analyze`, which prints when each comes next, and which ones it can't read.

    calendars: place in deploy.yml -> calendar, here and below.
    """
    return ("calendar", "--", *dict.fromkeys(calendars.values()))


def refuse(text: str, name: str, calendars: Mapping[str, str], errors: str) -> None:
    """Raises ConfigError if systemd can't read one of them. text, name: of deploy.yml. errors: its answer."""
    refused = dict(_REFUSED.findall(errors))
    tree, _ = yaml_text.read(text)
    found = [
        Mistake(
            spots.spot_of(tree, place.split(".")),
            f"{place}: {_meant(given)} (got {given!r}; systemd: {refused[given]})",
        )
        for place, given in calendars.items()
        if given in refused
    ]
    if found:
        raise report.error(text, name, found, hint=_HINT)


def never(calendars: Mapping[str, str], output: str) -> Iterator[str]:
    """The places of those that will not come: a date that is past, or that no year has."""
    found = set(_NEVER.findall(output))
    return (place for place, calendar in calendars.items() if calendar in found)


def _meant(calendar: str) -> str:
    if _CRON.fullmatch(calendar):
        return (
            "cron's fields; systemd has [WEEKDAYS] YEAR-MONTH-DAY HOUR:MINUTE, such as "
            "Mon..Fri *-*-* 03:10 or *:0/5"
        )
    if _SPAN.fullmatch(calendar):
        return "a span of time; must be points in time, such as *:0/5 for every five minutes"
    return "must be a time of systemd, for example daily, Mon *-*-* 03:10 or *:0/15"
