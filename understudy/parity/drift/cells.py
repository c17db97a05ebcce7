"""Two values side by side: of long texts only the lines that differ."""

from difflib import SequenceMatcher

from understudy.local.numbers import number_of
from understudy.parity.drift.comparison import Difference

_NOTHING = "(none)"
_MOST_LINES = 12


def cells(difference: Difference) -> tuple[str, str]:
    """The model's value and the copy's, as they are shown."""
    model, copy = difference.model, difference.copy
    if model and copy and "\n" in model + copy:
        model, copy = _differing(model.splitlines(), copy.splitlines())
    return _cell(model), _cell(copy)


def _differing(model: list[str], copy: list[str]) -> tuple[str, str]:
    """The differing lines of both, with `…` in place of equal ones."""
    ours: list[str] = []
    theirs: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, model, copy, autojunk=False).get_opcodes():
        ours += ["…"] if kind == "equal" else model[a:b]
        theirs += ["…"] if kind == "equal" else copy[c:d]
    return "\n".join(ours), "\n".join(theirs)


def _cell(value: str | None) -> str:
    if value is None:
        return _NOTHING
    lines = value.splitlines() or ["(empty)"]
    more = len(lines) - _MOST_LINES
    return "\n".join(
        [*lines[:_MOST_LINES], *([f"… {number_of(more, 'more line')}"] if more > 0 else [])]
    )
