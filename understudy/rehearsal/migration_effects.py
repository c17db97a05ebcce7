"""Before, after and meanwhile -> what a migration did. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from understudy.data.queries.looking import SECONDS, TableLook

# From the weakest to the strongest, with what they keep out.
LOCKS = {
    "ShareUpdateExclusiveLock": "other changes of the schema wait",
    "ShareLock": "writers wait",
    "ShareRowExclusiveLock": "writers wait",
    "ExclusiveLock": "writers wait",
    "AccessExclusiveLock": "readers and writers wait",
}


@dataclass(frozen=True)
class Effects:
    """tables: table -> what became of it, in words; one that is as it was is not among them.

    locks: table -> its strongest lock, and for how long. restore: what putting back the backup of
    before costs. linter: what django-migration-linter says, or why it says nothing.
    """

    migrations: tuple[str, ...]
    tables: Mapping[str, str]
    unchanged: int
    locks: Mapping[str, str] = field(default_factory=dict)
    restore: str = ""
    linter: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def lines(self) -> Iterator[str]:
        for table, told in self.tables.items():
            yield f"{table}: {told}"
        yield f"{self.unchanged} tables are as they were"
        for table, told in self.locks.items():
            yield f"lock on {table}: {told}"
        yield from (line for line in (self.restore, self.linter) if line)


def changes(
    before: Mapping[str, TableLook], after: Mapping[str, TableLook]
) -> tuple[Mapping[str, str], int]:
    """Tables that changed, each with how; and the number of those that didn't."""
    told = {name: _change(before.get(name), after.get(name)) for name in sorted({*before, *after})}
    changed = {name: words for name, words in told.items() if words}
    return changed, len(told) - len(changed)


def _change(before: TableLook | None, after: TableLook | None) -> str:
    if before is None:
        return f"new, {after.rows if after else 0} rows"
    if after is None:
        return f"gone, with {before.rows} rows"
    parts = []
    if before.rows != after.rows:
        parts.append(f"{before.rows} rows before, {after.rows} after")
    both = before.columns.keys() & after.columns.keys()
    changed = {name for name in both if before.columns[name] != after.columns[name]}
    for words, names in (
        ("changed", changed),
        ("new", after.columns.keys() - both),
        ("gone", before.columns.keys() - both),
    ):
        if names:
            parts.append(f"{words}: {', '.join(sorted(names))}")
    return "; ".join(parts)


def locks(output: str) -> Mapping[str, str]:
    """What watch_locks() has printed -> table -> its strongest lock in words."""
    seen = Counter(
        (table, mode)
        for mode, _, table in (line.partition("\t") for line in output.splitlines())
        if mode in LOCKS
    )
    order = list(LOCKS)
    told: dict[str, str] = {}
    for (table, mode), times in sorted(seen.items(), key=lambda item: order.index(item[0][1])):
        told[table] = f"{mode}, {LOCKS[mode]}, for about {times * SECONDS:.1f} s"
    return told


def linter(output: str, *, ok: bool) -> str:
    """What django-migration-linter says, in short."""
    if "Unknown command" in output:
        return "django-migration-linter is not among the app's INSTALLED_APPS: skipped"
    # It names all migrations, also those that it wasn't asked about.
    found = [
        line.strip()
        for line in output.splitlines()
        if line.startswith(("(", "\t")) and not line.endswith(("... OK", "... IGNORE"))
    ]
    if not found and not ok:
        return "django-migration-linter failed: " + "".join(output.splitlines()[-1:])
    return "django-migration-linter: " + ("; ".join(found) or "nothing found")
