"""Which migrations of the app a deploy would run, as far as the commit shows. Pure.

Those of packages are not in the commit. An app's label is taken to be the name of its folder, as Django does
by default.
"""

import re
from collections.abc import Iterable, Iterator, Sequence, Set

_MIGRATION = re.compile(r"(?:.*/)?(\w+)/migrations/([A-Za-z0-9]\w*)\.py", re.ASCII)
# A longer list is cut.
_MOST = 10


def pending(paths: Iterable[str], applied: Set[str]) -> list[str]:
    """`app.name` of each migration among the commit's files that is not applied, in the order of their names.

    applied: `app name` of each that the host's databases have.
    """
    found = sorted({match.groups() for path in paths if (match := _MIGRATION.fullmatch(path))})
    return [f"{app}.{name}" for app, name in found if f"{app} {name}" not in applied]


def lines(names: Sequence[str], *, new_database: bool) -> Iterator[str]:
    """What a plan prints of them."""
    if not names:
        return
    if new_database:
        yield f"the database is new: all migrations would run, {len(names)} of the app and those of packages"
        return
    yield "migrations of the app that would run:"
    yield from (f"  {name}" for name in names[:_MOST])
    if len(names) > _MOST:
        yield f"  … and {len(names) - _MOST} more"
