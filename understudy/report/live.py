"""What a terminal shows of a running step: its title, and the last lines of its output. Pure."""

from collections import deque
from dataclasses import dataclass, field

from understudy.report.sanitize import plain

LINES = 3


@dataclass
class Live:
    """A running step. title: of the step."""

    title: str
    _last: deque[str] = field(default_factory=lambda: deque(maxlen=LINES))

    def add(self, text: str) -> None:
        """Lines of output; only the last ones are kept."""
        self._last.extend(line.rstrip() for line in plain(text).splitlines() if line.strip())

    def lines(self, width: int) -> str:
        """The last lines, indented, each cut so that it takes one line of a terminal of that width."""
        return "\n".join(cut(f"    {line}", width) for line in self._last)


def cut(line: str, width: int) -> str:
    """A line of at most `width` characters, with an ellipsis for what is left out."""
    return line if len(line) <= width else f"{line[: max(width - 1, 0)]}…"
