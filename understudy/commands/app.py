"""The app's own commands before a release starts: static files, a backup, migrations."""

import json
import re
import shlex
from datetime import datetime

from understudy.commands import Argv, database
from understudy.config import App
from understudy.release import Manifest, Paths

# What templates/commands.py prints when there may be something to migrate, and for a backup.
MIGRATES = "==> migrate"
BACKED_UP = "==> back up the database"


def release_commands(app: App, paths: Paths, release: Manifest) -> Argv:
    """All of them in one process, templates/commands.py: each start of the app's Python costs
    seconds on a slow host.
    """
    directory = paths.release(release.id)
    job = {
        "static": str(paths.static(release.id)),
        "commands": [shlex.join(command) for command in app.release_commands],
        "pending": app.migrations_pending and shlex.join(app.migrations_pending),
        "exists": database.exists(app.database, app.name, paths.backups),
        "backup": _backup(app, paths, release),
        "migrate": [shlex.join(command) for command in app.migrate_commands],
        "settings": app.preset == "django",
    }
    return (str(directory / "run"), "python", str(directory / "commands.py"), json.dumps(job))


def applied_migrations(output: str) -> list[list[str]]:
    """What Django's migrate says that it did: app, migration, state. With -v2 it tells the time."""
    applied = re.findall(
        r"^ *Applying (\w+)\.(\w+)\.\.\. OK(?: \(([\d.]+)s\))?$", output, re.MULTILINE
    )
    return [
        [app, name, f"applied in {seconds} s" if seconds else "applied"]
        for app, name, seconds in applied
    ]


def _backup(app: App, paths: Paths, release: Manifest) -> Argv:
    name = database.backup_name(datetime.fromisoformat(release.deployed_at), release.id)
    return database.backup(app.database, app.name, paths.backups, name)
