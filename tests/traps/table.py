"""docs/traps.md, made by the run that caught the traps."""

from collections.abc import Iterable
from dataclasses import dataclass

_HEAD = """# Traps

Variants of the example app that work on their developer's machine and nowhere else. Each is laid over
a healthy site and rehearsed; this table was made by that run (`make traps`). The variants themselves
are in [tests/traps/](../tests/traps), one directory each; the rules that tell them apart are in
[understudy/causes/](../understudy/causes).

{count} of {count} were caught and rightly diagnosed.

| trap | caught by | what the verdict says first | seconds |
| --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Row:
    """A trap that was caught. seconds: how long its rehearsal took."""

    name: str
    phase: str
    cause: str
    seconds: float


def page(rows: Iterable[Row]) -> str:
    ordered = sorted(rows, key=lambda row: row.name)
    return _HEAD.format(count=len(ordered)) + "".join(map(_line, ordered))


def _line(row: Row) -> str:
    cause = row.cause.replace("|", r"\|")
    link = f"[{row.name}](../tests/traps/{row.name}/trap.yml)"
    return f"| {link} | {row.phase} | {cause} | {row.seconds:.0f} |\n"
