"""Output of a failed step, and logs -> the lines of it that say why. Pure."""

import re
from collections.abc import Sequence

# In the order in which they count: what Python raised, then what other programs write.
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(\S+ \S+ \S+\[\d+\]: )?([a-zA-Z_]\w*\.)*[A-Z]\w*"
        r"(Error|Exception|Exit|Refused|NotFound|DoesNotExist|Timeout)(:.*)?",
        r".*(\[(emerg|alert|crit|error)\]|\b(FATAL|CRITICAL|PANIC|ERROR|fatal|error|Error|ERR)\b:?).*",
        r".*\b([Ff]ailed|[Rr]efused|denied|[Nn]o such|not found|timed out|cannot|can't)\b.*",
    )
)
# What Understudy prints above the lines of a log.
_HEADING = re.compile(r"--- .+ ---")
_PLACE = re.compile(r'.*File "[^"]+", line \d+')
_MOST_BETWEEN = 4
_LONGEST = 300


def error_lines(texts: Sequence[str]) -> tuple[str, ...]:
    """Of the first text that has any: the last such line, after the place in the code that it names.

    Texts in which nothing says why count for their last line. Empty without any text.
    """
    for pattern in _PATTERNS:
        for text in texts:
            if found := _last(pattern, text.splitlines()):
                return found
    ends = [text.strip().splitlines()[-1] for text in texts if text.strip()]
    return (_cut(ends[0]),) if ends else ()


def _last(pattern: re.Pattern[str], lines: Sequence[str]) -> tuple[str, ...]:
    numbers = [
        number
        for number, line in enumerate(lines)
        if pattern.fullmatch(line.strip()) and not _HEADING.fullmatch(line.strip())
    ]
    if not numbers:
        return ()
    at = numbers[-1]
    before = range(max(at - _MOST_BETWEEN, 0), at)
    places = [number for number in before if _PLACE.match(lines[number])]
    return tuple(_cut(line) for line in lines[places[-1] if places else at : at + 1])


def _cut(line: str) -> str:
    line = line.strip()
    return line if len(line) <= _LONGEST else line[:_LONGEST] + " …"
