"""The data before and after migrations, and locks meanwhile -> what the migrations did. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from understudy.data.queries.migrations import SECONDS
from understudy.data.queries.summaries import TableSummary
from understudy.local.numbers import number_of

# PostgreSQL's table locks from weakest to strongest, with what has to wait:
# https://www.postgresql.org/docs/current/explicit-locking.html
LOCKS = {
    "ShareUpdateExclusiveLock": "other changes of the schema wait",
    "ShareLock": "writers wait",
    "ShareRowExclusiveLock": "writers wait",
    "ExclusiveLock": "writers wait",
    "AccessExclusiveLock": "readers and writers wait",
}


@dataclass(frozen=True)
class Effects:
    """tables: changed table -> how it changed, in words. unchanged: the number of the others.

    locks: table -> its strongest lock, and for how long. restore: what restoring the backup from before
    the deploy costs. linter: what django-migration-linter reports, or why it was skipped.
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
        for table, change in self.tables.items():
            yield f"{table}: {change}"
        yield number_of(self.unchanged, "table is unchanged", "tables are unchanged")
        for table, lock in self.locks.items():
            yield f"lock on {table}: {lock}"
        yield from (line for line in (self.restore, self.linter) if line)


def changes(
    before: Mapping[str, TableSummary], after: Mapping[str, TableSummary]
) -> tuple[Mapping[str, str], int]:
    """Changed table -> how it changed, and the number of unchanged tables."""
    every = {name: _change(before.get(name), after.get(name)) for name in sorted({*before, *after})}
    changed = {name: words for name, words in every.items() if words}
    return changed, len(every) - len(changed)


def _change(before: TableSummary | None, after: TableSummary | None) -> str:
    if before is None:
        return f"new, {number_of(after.rows if after else 0, 'row')}"
    if after is None:
        return f"gone, with {number_of(before.rows, 'row')}"
    parts = []
    if before.rows != after.rows:
        parts.append(f"{number_of(before.rows, 'row')} before, {after.rows} after")
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
    """output: of watch_locks(). Table -> its strongest lock, in words."""
    seen = Counter(
        (table, mode)
        for mode, _, table in (line.partition("\t") for line in output.splitlines())
        if mode in LOCKS
    )
    order = list(LOCKS)
    strongest: dict[str, str] = {}
    for (table, mode), times in sorted(seen.items(), key=lambda item: order.index(item[0][1])):
        strongest[table] = f"{mode}, {LOCKS[mode]}, for about {times * SECONDS:.1f} s"
    return strongest


def linter(output: str, *, ok: bool) -> str:
    """output: of django-migration-linter. Its findings, in one line."""
    if "Unknown command" in output:
        return "django-migration-linter is not among the app's INSTALLED_APPS: skipped"
    # It lists all migrations, also those that it did not check.
    found = [
        line.strip()
        for line in output.splitlines()
        if line.startswith(("(", "\t")) and not line.endswith(("... OK", "... IGNORE"))
    ]
    if not found and not ok:
        return "django-migration-linter failed: " + "".join(output.splitlines()[-1:])
    return "django-migration-linter: " + ("; ".join(found) or "nothing found")
