"""What a database is like after a migration that failed, and what to do then. Pure: hints of a plan's step."""

from collections.abc import Mapping

from understudy.commands import app as app_commands
from understudy.config.app import App, Engine

_UNDONE = "Django undoes a migration that fails, but not those that it had ended before."
_STAYS = (
    "{} can't undo changes of tables: a migration that fails stays half done, and those that had ended before "
    "stay, too. Running it again may fail at what it has done already."
)
_LEAVES: Mapping[Engine, str] = {
    "sqlite": _UNDONE,
    "postgresql": _UNDONE,
    "mariadb": _STAYS.format("MariaDB"),
    "external": "PostgreSQL undoes a migration that fails, but not those that it had ended before. "
    + _STAYS.format("MySQL or MariaDB"),
}
# Where a half-done migration stays, to fix only its cause is not enough.
_CURES: Mapping[Engine, str] = {
    "sqlite": "Either fix the cause and deploy again, or restore the data as it was before",
    "postgresql": "Either fix the cause and deploy again, or restore the data as it was before",
    "mariadb": "Restore the data as it was before, and deploy again when the cause is fixed",
    "external": "Fix the cause and deploy again, or restore the data by hand as docs/data.md shows",
}
_NOT_BACKED_UP = "The database has not changed. Fix the cause and deploy again."


def undoes_what_failed(engine: Engine) -> bool:
    """Whether the database is the same after a migration that failed as before it."""
    return _LEAVES[engine] == _UNDONE


def hints(app: App, *, is_live: bool) -> tuple[tuple[str, str], ...]:
    """For Run.hint_after, the first that fits. is_live: whether a release is live on the database meanwhile."""
    database = (
        "The release before is still live, on the database"
        if is_live
        else "No release is live yet, and the database is"
    )
    hint = (
        f"{database} as the failed command left it: {_LEAVES[app.database]} {_CURES[app.database]}"
    )
    backed_up = (
        f"{hint}: `python deploy.py restore` lists the backups; the newest was taken just now."
    )
    return (
        (app_commands.NOT_BACKED_UP, _NOT_BACKED_UP),
        (app_commands.BACKED_UP, backed_up),
        *(
            [(app_commands.MIGRATES, f"{hint}. No backup was made.")]
            if app.database == "external"
            else []
        ),
    )
