"""What `TZ=UTC systemctl show` prints of units, parsed. Pure."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

_TIME = re.compile(r"\w{3} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC")


def of_units(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """The properties of each unit: systemctl prints an empty line between them."""
    unit: dict[str, str] = {}
    for line in (*lines, ""):
        key, _, value = line.partition("=")
        if line:
            unit[key] = value
        elif unit:
            yield unit
            unit = {}


def time(text: str) -> datetime | None:
    """None for what is no time, such as one that has not come yet."""
    found = _TIME.fullmatch(text)
    return datetime.fromisoformat(f"{found[1]}+00:00") if found else None
