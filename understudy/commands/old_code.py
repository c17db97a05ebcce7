"""Whether the code of an earlier release can work on the database as later migrations left it.

Its own Django compares its models with the tables; nothing is written.
"""

from dataclasses import dataclass

from understudy.commands import Argv
from understudy.release.layout import Paths

_UNKNOWN, _BROKEN = "==> unknown ", "==> broken "
_ASK = """
import sys

from django.apps import apps
from django.db import connections, router
from django.db.migrations.loader import MigrationLoader

def problems(model, connection):
    table, label = model._meta.db_table, model._meta.label
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor, include_views=True):
            yield f"{label}: the table {table} is gone"
            return
        there = {c.name: c for c in connection.introspection.get_table_description(cursor, table)}
    known = {field.column for field in model._meta.local_concrete_fields}
    for name in sorted(known - set(there)):
        yield f"{label}: the column {table}.{name} is gone"
    for name in sorted(set(there) - known):
        column = there[name]
        if not column.null_ok and column.default is None and not getattr(column, "is_autofield", 0):
            lacks = f"the column {table}.{name} is NOT NULL without a default in the database"
            yield f"{label}: no new row can be saved: {lacks}, and new to this code"

# A deploy starts this before it migrates, and ends its input afterwards.
sys.stdin.read()
for alias in connections:
    loader = MigrationLoader(connections[alias])
    for app, name in sorted(set(loader.applied_migrations) - set(loader.disk_migrations)):
        # Of an app that was removed the tables may stay.
        print("==> unknown", f"{app}.{name}")
for model in apps.get_models(include_auto_created=True):
    if model._meta.managed and not model._meta.proxy and not model._meta.swapped:
        for problem in problems(model, connections[router.db_for_write(model)]):
            print("==> broken", problem)
"""


@dataclass(frozen=True)
class OldCode:
    """unknown: migrations that the database has and the code lacks, as `app.name`. broken: what the code
    can't do because of them, a sentence each.
    """

    unknown: tuple[str, ...]
    broken: tuple[str, ...]


def ask(paths: Paths, release_id: str) -> Argv:
    """Prints what parse() reads, once its standard input has ended. Run as the app's user."""
    run = paths.release(release_id) / "run"
    return (str(run), "python", "manage.py", "shell", "-c", _ASK)


def parse(output: str) -> OldCode:
    """What ask() printed -> what the code can't do. Other lines are skipped."""

    def after(mark: str) -> tuple[str, ...]:
        lines = output.splitlines()
        return tuple(line.removeprefix(mark) for line in lines if line.startswith(mark))

    return OldCode(after(_UNKNOWN), after(_BROKEN))
