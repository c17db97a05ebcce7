"""The app's own commands before a release starts: static files, a backup, migrations."""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from understudy.commands import Argv, backups, limited, old_code, script
from understudy.config.app import App
from understudy.release import static_files
from understudy.release.layout import Manifest, Paths

# templates/commands.py prints these lines before it migrates, and before a backup.
MIGRATES = "==> migrate"
BACKED_UP = "==> back up the database"
# And this one if that backup failed.
NOT_BACKED_UP = "the backup failed, so nothing was migrated"
_NOTE = "==> note "
# Seconds. A timer only looks whether it is locked.
_LONGEST_HOLD = 60

# Django's own commands: of these only collectstatic makes static files.
_MAKE_NO_OTHER_FILES = {"check", "collectstatic", "createcachetable", "makemigrations", "migrate"}


def release_commands(
    app: App,
    paths: Paths,
    release: Manifest,
    before: str | None,
    *,
    suffixes: Sequence[str] = (),
    copied: bool = False,
    compared: bool = False,
) -> Argv:
    """All commands before a new release starts. before: the id of the live release.

    suffixes: of the compressed copies that static files are to have. copied: whether those of the live release
    have only such copies. compared: whether the live release's code is compared with the migrated database.
    """
    collects = all(map(_makes_no_other_files, app.release_commands))
    static_before = before and str(paths.static(before))
    # Other commands may write once more into files of an earlier run, which must not be the live release's.
    copies = {
        "before": static_before if collects and copied else None,
        "suffixes": suffixes,
        "text": static_files.TEXT,
        "largest": static_files.LARGEST,
    }
    parts = {
        "collects": collects,
        "before": static_before,
        "copies": copies if suffixes else None,
        "hold": str(paths.hold(release.id)),
        "commands": [shlex.join(command) for command in app.release_commands],
        "old": old_code.ask(paths, before) if before and compared else None,
    }
    return _together(app, paths, release, parts)


def holding_off_timers(paths: Paths, command: Argv) -> Argv:
    """The command, as the app's user, while no timer begins a run. Its own processes hold the lock: the kernel
    frees it when the last one has ended, whether the deploy is still there or not.
    """
    text = """
    exec 9<"$1"
    flock -w "$2" 9 || {
        echo "understudy: a timer's run is stuck: it has held $1 for $2 s" >&2
        exit 1
    }
    shift 2
    exec "$@"
    """
    return script(text, paths.migrating, _LONGEST_HOLD, *command)


def migrate(app: App, paths: Paths, release: Manifest) -> Argv:
    """Only the commands that change the database, for a release that exists: its files stay as they are."""
    return _together(
        app,
        paths,
        release,
        {
            "collects": False,
            "before": None,
            "copies": None,
            "hold": None,
            "commands": [],
            "old": None,
        },
    )


def most_seconds(app: App) -> int:
    """How long all release commands may take together; templates/commands.py limits each of them."""
    count = len(app.release_commands) + len(app.migrate_commands)
    # migrations_pending and the backup count, too.
    return (count + 2) * app.command_timeout


@dataclass(frozen=True)
class Applied:
    """A migration that was applied. seconds: how long that took, 0 if Django didn't print it."""

    app: str
    name: str
    seconds: float

    @property
    def outcome(self) -> str:
        return f"applied in {self.seconds:.1f} s" if self.seconds else "applied"


def applied_migrations(output: str) -> list[Applied]:
    """The migrations that Django's migrate reports as applied; with -v2 it prints the times, too."""
    found = re.findall(
        r"^ *Applying (\w+)\.(\w+)\.\.\. OK(?: \((\d{1,9}(?:\.\d+)?)s\))?$", output, re.MULTILINE
    )
    return [Applied(app, name, float(seconds or 0)) for app, name, seconds in found]


def notes(output: str) -> list[str]:
    """What templates/commands.py reports that is no fault of the app."""
    return [line.removeprefix(_NOTE) for line in output.splitlines() if line.startswith(_NOTE)]


def _together(app: App, paths: Paths, release: Manifest, parts: Mapping[str, object]) -> Argv:
    """In one process, templates/commands.py: each start of the app's Python costs seconds on a slow
    host.
    """
    directory = paths.release(release.id)
    job = {
        "static": str(paths.static(release.id)),
        **parts,
        "pending": app.migrations_pending and shlex.join(app.migrations_pending),
        "limit": app.command_timeout,
        "exists": backups.has_data(app.database, app.name, paths.backups, app.database_url),
        "backup": _backup(app, paths, release),
        "migrate": [shlex.join(command) for command in app.migrate_commands],
        "settings": app.preset == "django",
        "module": app.module,
    }
    together = (str(directory / "run"), "python", str(directory / "commands.py"), json.dumps(job))
    return limited(most_seconds(app), together)


def _makes_no_other_files(command: Argv) -> bool:
    return command[:2] == ("python", "manage.py") and {*command[2:3]} <= _MAKE_NO_OTHER_FILES


def _backup(app: App, paths: Paths, release: Manifest) -> Argv:
    name = backups.name_at(datetime.fromisoformat(release.deployed_at), release.id)
    return backups.make(app.database, app.name, paths.backups, name, app.database_url)
