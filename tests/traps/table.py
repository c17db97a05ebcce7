"""docs/traps.md, made by the runs that caught the traps."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from tests.traps.base import EXAMPLE
from tests.traps.trap import READY

_HEAD = """# Failure scenarios

Variants of apps that work on their developer's machine and nowhere else. Each is laid over
a healthy site and rehearsed; this table was made by it (`make traps`). The variants themselves
are in [tests/traps/](../tests/traps), one directory each, and the apps that are not the example in
[tests/traps/apps/](../tests/traps/apps); the rules that know their causes are in
[understudy/causes/](../understudy/causes).

{count} of {count} came out right{ready}; {others} of them change another app than the example.

| scenario | app | found by | what the verdict says first | seconds |
| --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Row:
    """A scenario that came out right. seconds: how long its rehearsal took. base: the app it changes."""

    name: str
    phase: str
    cause: str
    seconds: float
    base: str = EXAMPLE


@dataclass(frozen=True)
class Caught:
    """What was caught with one version of the project. To catch all takes most of an hour: a run that is
    interrupted is not lost, `pytest -k` can go on with the rest.
    """

    file: Path
    version: str
    rows: dict[str, Row] = field(default_factory=dict)

    @classmethod
    def load(cls, file: Path, version: str) -> Self:
        """With the rows of earlier runs of the same version, if that has a name of its own."""
        kept = json.loads(file.read_text()) if file.exists() else {}
        if kept.get("version") != version or version.endswith("-dirty"):
            return cls(file, version)
        return cls(file, version, {row["name"]: Row(**row) for row in kept["rows"]})

    def add(self, row: Row) -> None:
        self.rows[row.name] = row
        rows = [asdict(one) for one in self.rows.values()]
        self.file.write_text(json.dumps({"version": self.version, "rows": rows}))


def page(rows: Iterable[Row]) -> str:
    ordered = sorted(rows, key=lambda row: row.name)
    ready = sum(row.phase == READY for row in ordered)
    head = _HEAD.format(
        count=len(ordered),
        ready=f", {ready} of them READY, as they should be" if ready else "",
        others=sum(row.base != EXAMPLE for row in ordered),
    )
    return head + "".join(map(_line, ordered))


def _line(row: Row) -> str:
    cause = row.cause.replace("|", r"\|") or "READY"
    link = f"[{row.name}](../tests/traps/{row.name}/trap.yml)"
    found_by = "-" if row.phase == READY else row.phase
    return f"| {link} | {row.base} | {found_by} | {cause} | {row.seconds:.0f} |\n"
