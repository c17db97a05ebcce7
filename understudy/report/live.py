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

    def shown(self, width: int) -> str:
        """The title and, indented, the last lines, each cut to `width` characters."""
        cut = (f"{line[: width - 1]}…" if len(line) > width else line for line in self._last)
        return "\n".join((self.title, *(f"    {line}" for line in cut)))
