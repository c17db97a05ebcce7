"""docs/traps.md, made by the runs that rehearsed the scenarios."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Self

from tests.traps.base import EXAMPLE
from tests.traps.trap import READY, Trap
from tests.unit.repositories import git
from understudy.local.exclusive_lock import exclusive_lock

# What decides how a rehearsal ends, but for the rules of causes: what they say of each scenario is held by
# test_recordings.py, from the recordings.
_CODE = ("understudy", "provision", "templates", "example", "tests/traps/apps")
_RULES = "understudy/diagnosis/causes/"
_HEAD = """# Failure scenarios

Variants of apps that work on their developer's machine and nowhere else. Each is laid over
a healthy site and rehearsed; this table was made by it (`make traps`). The variants themselves
are in [tests/traps/](../tests/traps), one directory each, and the apps that are not the example in
[tests/traps/apps/](../tests/traps/apps); the rules that know their causes are in
[understudy/diagnosis/causes/](../understudy/diagnosis/causes).

{right} came out right{ready}; {others} of all that were rehearsed change another app than the example.
Rehearsed {places}{versions}; the seconds are those of a rehearsal up to the phase that must fail.
{missing}
| scenario | app | found by | what the verdict says first | seconds |
| --- | --- | --- | --- | --- |
"""
_MISSING = """
Not rehearsed in these runs, and not counted: {names}.
"""
# The phase of a scenario that could not be rehearsed.
SKIPPED = "skipped"


@dataclass(frozen=True)
class Row:
    """How a scenario came out. seconds: how long its rehearsal took. base: the app it changes.
    place: where it was rehearsed, as in "on the VM". right: with the phase and cause of its trap.yml.
    version: of the code. If it could not be rehearsed, phase is SKIPPED and cause says why.
    """

    name: str
    phase: str
    cause: str
    seconds: float
    base: str = EXAMPLE
    place: str = ""
    right: bool = True
    version: str = ""

    def is_of(self, trap: Trap) -> bool:
        """Whether it's still what the scenario wants, if it came out right."""
        return (
            not self.right
            or self.phase == SKIPPED
            or (self.phase, self.cause) == (trap.phase, trap.first_words)
        )


@dataclass(frozen=True)
class Caught:
    """How scenarios came out when they were last rehearsed. All of them take an hour: a run that is
    interrupted is not lost, `pytest -k` can go on with the rest. The page says it if the code has changed
    between runs.
    """

    file: Path
    version: str
    rows: dict[str, Row] = field(default_factory=dict)

    @classmethod
    def load(cls, file: Path, version: str) -> Self:
        """With the rows of earlier runs, but for those of changed files, which have no version."""
        rows = _kept(file)
        return cls(
            file, version, {row.name: row for row in rows if not row.version.endswith("-dirty")}
        )

    def add(self, row: Row) -> None:
        """Also takes the rows that another run has added meanwhile."""
        mine = replace(row, version=self.version)
        with exclusive_lock(self.file.with_suffix(".lock")):
            others = {one.name: one for one in _kept(self.file) if one.version == self.version}
            self.rows.update(others | {row.name: mine})
            rows = [asdict(one) for one in self.rows.values()]
            self.file.write_text(json.dumps({"rows": rows}))

    def skip(self, row: Row) -> None:
        """It may have been rehearsed elsewhere."""
        if row.name not in self.rows:
            self.add(row)

    def of(self, scenarios: Mapping[str, Trap]) -> list[Row]:
        """The rows of these scenarios as they are now."""
        rows = self.rows.values()
        return [row for row in rows if row.name in scenarios and row.is_of(scenarios[row.name])]


def _kept(file: Path) -> list[Row]:
    rows = json.loads(file.read_text())["rows"] if file.exists() else []
    return [Row(**row) for row in rows]


def code_version(top: Path) -> str:
    """The same for two commits that differ in tests, docs and rules only."""
    entries = git(top, "ls-files", "-s", "--", *_CODE).splitlines()
    counts = [entry for entry in entries if not entry.partition("\t")[2].startswith(_RULES)]
    digest = sha256("\n".join(counts).encode()).hexdigest()[:12]
    exclude = f":(exclude){_RULES}"
    return digest + ("-dirty" if git(top, "status", "--porcelain", "--", *_CODE, exclude) else "")


def count(rows: Iterable[Row]) -> str:
    """As in "3 of 4", of those that were rehearsed."""
    right = [row.right for row in rows if row.phase != SKIPPED]
    return f"{sum(right)} of {len(right)}"


def page(rows: Iterable[Row]) -> str:
    ordered = sorted(rows, key=lambda row: row.name)
    rehearsed = [row for row in ordered if row.phase != SKIPPED]
    ready = sum(row.phase == READY for row in rehearsed if row.right)
    missing = [f"{row.name} ({row.cause})" for row in ordered if row.phase == SKIPPED]
    head = _HEAD.format(
        right=count(rehearsed),
        ready=f", {ready} of them READY, as they should be" if ready else "",
        others=sum(row.base != EXAMPLE for row in rehearsed),
        places=_places(rehearsed),
        versions=_versions(rehearsed),
        missing=_MISSING.format(names=", ".join(missing)) if missing else "",
    )
    return head + "".join(map(_line, rehearsed))


def _places(rows: Iterable[Row]) -> str:
    counts = Counter(row.place for row in rows).most_common()
    if len(counts) == 1:
        return counts[0][0]
    return ", ".join(f"{place} ({count})" for place, count in counts)


def _versions(rows: Iterable[Row]) -> str:
    counts = Counter(row.version for row in rows).most_common()
    if len(counts) == 1:
        return ""
    numbers = ", ".join(str(count) for _, count in counts)
    return f", with {len(counts)} versions of the code besides the rules ({numbers})"


def _line(row: Row) -> str:
    words = row.cause.replace("|", r"\|")
    if row.phase == READY:
        words = f"READY, with the warning: {words}" if words else "READY"
    if not row.right:
        words = f"**not right**: {words}"
    link = f"[{row.name}](../tests/traps/{row.name}/trap.yml)"
    found_by = "-" if row.phase == READY else row.phase
    return f"| {link} | {row.base} | {found_by} | {words} | {row.seconds:.0f} |\n"
