"""What a terminal shows of a step that is under way: its title, and the last lines of its output. Pure."""

from collections import deque
from dataclasses import dataclass, field

from understudy.report.sanitize import plain

LINES = 3


@dataclass
class Live:
    title: str
    _last: deque[str] = field(default_factory=lambda: deque(maxlen=LINES))

    def add(self, text: str) -> None:
        self._last.extend(line.rstrip() for line in plain(text).splitlines() if line.strip())

    def shown(self, width: int) -> str:
        """The title and, indented, the lines, each cut so that it takes one line of a terminal."""
        cut = (f"{line[: width - 1]}…" if len(line) > width else line for line in self._last)
        return "\n".join((self.title, *(f"    {line}" for line in cut)))
