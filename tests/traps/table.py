"""docs/traps.md, made by the runs that caught the traps."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

_HEAD = """# Traps

Variants of the example app that work on their developer's machine and nowhere else. Each is laid over
a healthy site and rehearsed; this table was made by it (`make traps`). The variants themselves
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
    return _HEAD.format(count=len(ordered)) + "".join(map(_line, ordered))


def _line(row: Row) -> str:
    cause = row.cause.replace("|", r"\|")
    link = f"[{row.name}](../tests/traps/{row.name}/trap.yml)"
    return f"| {link} | {row.phase} | {cause} | {row.seconds:.0f} |\n"
