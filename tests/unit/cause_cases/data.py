"""Cases of rules: the database and its migrations."""

from tests.unit.cause_cases.base import HEALTHY, PACKAGES, PLAIN, SOURCE, Case, facts, raised, said

CHANGED = said("Migrations for 'lists':\n  lists/migrations/0003_item_note.py")
MODEL = {"lists/models.py": "class Item(models.Model):\n    pass\n"}
OF_A_PACKAGE = facts({"other/models.py": ""})
NOTE = "lists/migrations/0003_item_note.py"
LEAVES = said(
    "Conflicting migrations detected; multiple leaf nodes in the migration graph: "
    "(0003_a, 0003_b in lists)."
)
ORPHAN = said(
    "Migration lists.0004_x dependencies reference nonexistent parent node ('lists', '0003_a')"
)
SCHEMA = f'  File "{PACKAGES}/django/db/backends/base/schema.py", line 1, in execute'
TITLE = facts({"lists/migrations/0003_a.py": "model_name='list', name='title'"})
CACHE = {"todo/settings.py": "CACHES = {'BACKEND': 'db.DatabaseCache', 'LOCATION': 'cache'}"}
NO_CACHE = said("django.db.utils.OperationalError: no such table: cache")
CASES = {
    "migration-not-committed": Case(CHANGED, facts(MODEL, untracked=(NOTE,)), facts(MODEL)),
    "migration-ignored": Case(CHANGED, facts(MODEL, ignored=(NOTE,)), facts(MODEL)),
    "migration-forgotten": Case(CHANGED, facts(MODEL), OF_A_PACKAGE),
    "migration-that-asks": Case(
        said(
            "Field 'finished' on model 'item' not migrated: it is impossible to add a non-nullable"
        ),
        facts(MODEL),
        OF_A_PACKAGE,
    ),
    "migration-that-asks-for-a-rename": Case(
        said("Was item.done renamed to item.finished (a BooleanField)? [y/N]"),
        facts(MODEL),
        OF_A_PACKAGE,
    ),
    "migration-that-asks-for-a-default": Case(
        said("It is impossible to add a non-nullable field 'finished' to item without a default"),
        facts(MODEL),
        OF_A_PACKAGE,
    ),
    "migrations-in-conflict": Case(
        LEAVES,
        facts({"lists/migrations/0003_a.py": "", "lists/migrations/0003_b.py": ""}),
        facts({"lists/migrations/0003_a.py": ""}),
    ),
    "migration-without-parent": Case(
        ORPHAN, facts(MODEL), facts({**MODEL, "lists/migrations/0003_a.py": ""})
    ),
    "migrate-not-run": Case(
        said("no such table: lists_list"), facts(settings={"migrate_commands": []}), HEALTHY
    ),
    "cache-table-missing": Case(NO_CACHE, facts(CACHE), HEALTHY),
    "old-code-breaks": Case(said("the migration breaks / of 1a2b3c4d-5e6f7a8b, which"), HEALTHY),
    "not-unique": Case(
        said(SCHEMA, "IntegrityError: UNIQUE constraint failed: lists_list.title"), TITLE, HEALTHY
    ),
    "not-unique-postgresql": Case(
        said(
            'IntegrityError: could not create unique index "lists_list_title_key"',
            "DETAIL:  Key (title)=(Groceries) is duplicated.",
        ),
        TITLE,
        HEALTHY,
    ),
    "no-value-for-old-rows": Case(
        said(SCHEMA, "IntegrityError: NOT NULL constraint failed: new__lists_list.title"),
        TITLE,
        HEALTHY,
    ),
    "data-migration-fails": Case(
        said(raised("KeyError: 'Groceries'", file=f"{SOURCE}/{NOTE}")),
        facts({NOTE: PLAIN}),
        HEALTHY,
    ),
    "extension-by-a-superuser": Case(
        said(
            'psycopg.errors.InsufficientPrivilege: permission denied to create extension "dblink"\n'
            "HINT:  Must be superuser to create this extension."
        ),
        facts(settings={"database": "postgresql"}),
        facts(settings={"database": "external"}),
    ),
    "sqlite-locked": Case(
        said("django.db.utils.OperationalError: database is locked"),
        HEALTHY,
        facts({"todo/settings.py": "'init_command': 'PRAGMA journal_mode=WAL'"}),
    ),
    "database-lacks-something": Case(NO_CACHE, HEALTHY, facts(CACHE)),
}
