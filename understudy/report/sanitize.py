"""Output of programs -> text that can be kept and shown: of bounded length, without control codes.

All that is shown goes through it last: an app or a host must not retitle a terminal, move its cursor,
or write to the clipboard.
"""

import re
from collections.abc import Mapping
from typing import Any

MOST_LINES = 200
MOST_BYTES = 50_000

# Colours, titles of windows, moves of the cursor.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
# What neither XML nor a reader can do anything with; what shows letters in another order is among it.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def plain(text: str) -> str:
    """The text as it would be read: control codes are gone, what can't be shown is a `�`."""
    return _CONTROLS.sub("�", _ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def plain_json(value: Any) -> Any:
    """What json.dumps takes, with each text in it made plain."""
    match value:
        case str():
            return plain(value)
        case Mapping():
            return {plain(str(key)): plain_json(item) for key, item in value.items()}
        case list() | tuple():
            return [plain_json(item) for item in value]
    return value


def cut(text: str) -> str:
    """At most 200 lines and 50 kB: the beginning and the end of it, and what was left out between.

    Lines stay whole, so that half a secret can't escape being masked.
    """
    lines = text.splitlines()
    if len(lines) <= MOST_LINES and _size(lines) <= MOST_BYTES:
        return text
    begin = _fitting(lines[: MOST_LINES // 2])
    rest = lines[len(begin) :]
    end = _fitting(rest[::-1][: MOST_LINES // 2])[::-1]
    left_out = rest[: len(rest) - len(end)]
    notice = f"… {len(left_out)} lines ({_size(left_out)} bytes) are left out here …"
    return "\n".join([*begin, notice, *end])


def _fitting(lines: list[str]) -> list[str]:
    """As many of the lines as there is room for in half of what is kept."""
    kept, room = [], MOST_BYTES // 2
    for line in lines:
        room -= _size([line])
        if room < 0:
            break
        kept.append(line)
    return kept


def _size(lines: list[str]) -> int:
    return sum(len(line.encode(errors="replace")) + 1 for line in lines)
