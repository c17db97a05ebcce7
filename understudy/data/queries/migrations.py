"""Questions of a rehearsal about migrations. Run as the app's user; reads only."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from understudy.commands import Argv, backups, database
from understudy.config.app import Engine

# Between two queries of watch_locks(), in seconds.
SECONDS = 0.2


def applied(engine: Engine, site: str, directory: PurePosixPath, name: str) -> Argv:
    """Prints the migrations of Django that were applied, `app name` each; nothing without Django."""
    query = "SELECT app || ' ' || name FROM django_migrations"
    text = {"sqlite": 'sql "$source/$3" "$4"', "postgresql": 'query "$source" -c "$4"'}[engine]
    return database.program(engine, site, directory, f"{text} 2>/dev/null || true", name, query)


def try_backup(engine: Engine, site: str, directory: PurePosixPath, name: str) -> Argv:
    """Restores a backup into a scratch database. Fails if that is not possible."""
    text = 'try_copy "$directory/$3" >/dev/null'
    return database.program(engine, site, directory, text, backups.checked(name))


def watch_locks(site: str, directory: PurePosixPath) -> Argv:
    """Prints, again and again, each lock of PostgreSQL that blocks writers: `mode table`."""
    text = f"query \"$source\" -f - <<'SQL'\n{_LOCKS} \\watch {SECONDS}\nSQL"
    return database.program("postgresql", site, directory, text)


def lint(run: PurePosixPath, names: Sequence[str]) -> Argv:
    """Runs django-migration-linter on these migrations; fails if the app lacks it."""
    return (str(run), *_LINT, *names)


# psql notices a closed output only when it prints: so it prints something each time.
_LOCKS = """SELECT mode, relname FROM pg_locks JOIN pg_class ON pg_class.oid = relation
WHERE granted AND locktype = 'relation' AND relkind IN ('r', 'p') AND pid <> pg_backend_pid() AND database =
    (SELECT oid FROM pg_database WHERE datname = current_database())
AND relation >= 16384 AND mode IN ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock',
    'ExclusiveLock', 'AccessExclusiveLock')
UNION ALL SELECT 'still', 'here'"""
_LINT = ("python", "manage.py", "lintmigrations", "--no-cache", "--include-name")
