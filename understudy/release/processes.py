"""The file `processes` of a release: what runs of it besides the web process, one a line. Pure.

Its words are read by the host's programs, too: `NAME COUNT many|single READY`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # pydantic takes long to import, and a second look at a host needs none of it.
    from understudy.config.processes import Process

FILE = "processes"
# The program beside it, which becomes one of them, or a timer.
PROGRAM = "process"
_LINE = re.compile(
    r"([a-z][a-z0-9-]{0,30}) ([1-9][0-9]?) (many|single) (notify|command|[1-9][0-9]{0,2})"
)


@dataclass(frozen=True)
class ReleaseProcess:
    """ready: a number of seconds, `notify` or `command`."""

    name: str
    count: int
    single: bool
    ready: str

    def __str__(self) -> str:
        """As in a list for people."""
        return f"{self.name} x{self.count}" if self.count > 1 else self.name


def as_text(processes: Mapping[str, "Process"]) -> str:
    return "".join(
        f"{name} {one.count} {'single' if one.single else 'many'} {_ready(one)}\n"
        for name, one in processes.items()
    )


def parse(text: str) -> tuple[ReleaseProcess, ...]:
    """What as_text() has written. Raises ValueError for a line that it can't have written."""
    return tuple(map(_parse_line, text.splitlines()))


def _parse_line(line: str) -> ReleaseProcess:
    found = _LINE.fullmatch(line)
    if not found:
        raise ValueError(f"no process: {line!r:.80}")
    name, count, kind, ready = found.groups()
    return ReleaseProcess(name, int(count), kind == "single", ready)


def _ready(process: "Process") -> str:
    return "command" if process.ready_command else str(process.ready)
