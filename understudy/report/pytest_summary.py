"""The short summary at the end of pytest's output. Pure."""

import re
from collections.abc import Collection, Sequence

_HEAD = re.compile(r"=+ short test summary info =+")
_LINE = re.compile(r"(?:FAILED|ERROR) (.+)")


def without_summary(lines: Sequence[str], shown: Collection[str]) -> list[str]:
    """The lines without those of the summary about tests that were shown before, and without its head.

    shown: the names of these tests. In the summary a path may be before them. Without any all lines stay.
    """
    return [line for line in lines if not (shown and _is_known(line.strip(), shown))]


def _is_known(line: str, shown: Collection[str]) -> bool:
    if _HEAD.fullmatch(line):
        return True
    found = _LINE.fullmatch(line)
    return found is not None and any(f"{name} - " in f"{found[1]} - " for name in shown)
