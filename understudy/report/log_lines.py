"""Several logs -> one list in the order of time. Pure.

Only times of day are compared: the logs are of one run and of one host, hence of one time zone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_DATE = r"\d{4}[-/]\d\d[-/]\d\d|\d\d/[A-Z][a-z]{2}/\d{4}|[A-Z][a-z]{2} [ \d]\d"
_TIME = re.compile(rf"(?:{_DATE})[T :](\d\d):(\d\d):(\d\d(?:[.,]\d+)?)")
_REQUEST = re.compile(r"\b[0-9a-f]{32}\b|\brequest[_-]?id[=: \"]+([\w-]{6,64})", re.IGNORECASE)


@dataclass(frozen=True)
class LogLine:
    """One line. time: `HH:MM:SS`, "" if not known. source: name of its log. request: id, "" if none."""

    time: str
    source: str
    request: str
    text: str


def align(logs: Mapping[str, str]) -> list[LogLine]:
    """The lines of all logs in order of time. logs: name -> text.

    A line without a time stays with the line before it in its log.
    """
    timed = [item for source, text in logs.items() for item in _timed(source, text)]
    return [line for _, line in sorted(timed, key=lambda item: item[0])]


def _timed(source: str, text: str) -> list[tuple[float, LogLine]]:
    lines, seconds, time = [], 0.0, ""
    for line in text.splitlines():
        if found := _TIME.search(line):
            hours, minutes, rest = found.groups()
            seconds = int(hours) * 3600 + int(minutes) * 60 + float(rest.replace(",", "."))
            time = f"{hours}:{minutes}:{rest[:2]}"
        lines.append((seconds, LogLine(time, source, _request(line), line)))
    return lines


def _request(line: str) -> str:
    found = _REQUEST.search(line)
    return (found[1] or found[0]) if found else ""
