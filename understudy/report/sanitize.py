"""Output of programs -> text that is safe to show: without control codes, of bounded length. Pure.

Every text is sanitized last before it is shown: an app or a host must not be able to retitle the
terminal, move its cursor or write to the clipboard.
"""

import re
from collections.abc import Mapping
from typing import Any

from understudy.local.numbers import number_of

MOST_LINES = 200
MOST_BYTES = 50_000

# Colours, window titles, cursor movements: ECMA-48, sections 5.3 to 5.6.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
# Control characters, what XML 1.0 can't hold, and what reorders letters (Unicode TR 9).
_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def plain(text: str) -> str:
    """The text without escape sequences; any other character that can't be shown becomes `�`."""
    return _CONTROLS.sub("�", _ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def plain_json(value: Any) -> Any:
    """A value for json.dumps with plain() applied to each text in it."""
    match value:
        case str():
            return plain(value)
        case Mapping():
            return {plain(str(key)): plain_json(item) for key, item in value.items()}
        case list() | tuple():
            return [plain_json(item) for item in value]
    return value


def cut(text: str) -> str:
    """The text or, if it is longer than 200 lines or 50 kB, its beginning and end and a notice between.

    Only whole lines are left out: half a secret would not be masked.
    """
    lines = text.splitlines()
    if len(lines) <= MOST_LINES and _size(lines) <= MOST_BYTES:
        return text
    begin = _fitting(lines[: MOST_LINES // 2])
    rest = lines[len(begin) :]
    end = _fitting(rest[::-1][: MOST_LINES // 2])[::-1]
    left_out = rest[: len(rest) - len(end)]
    notice = f"… {number_of(len(left_out), 'line')} left out here ({_size(left_out)} bytes) …"
    return "\n".join([*begin, notice, *end])


def _fitting(lines: list[str]) -> list[str]:
    """The first lines, as many as fit into half of the allowed size."""
    kept, room = [], MOST_BYTES // 2
    for line in lines:
        room -= _size([line])
        if room < 0:
            break
        kept.append(line)
    return kept


def _size(lines: list[str]) -> int:
    return sum(len(line.encode(errors="replace")) + 1 for line in lines)
