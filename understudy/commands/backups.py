"""Backups of a site's database: made, listed, restored, removed. All commands run as the app's user.

A backup is a directory `<time>-<release id>` with copies of the data, and `rows`: what was counted
in a database made of them, one line a table. It's written as `….new` and renamed last, and removed in
the opposite order: one without `.new` in its name is whole.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from understudy.commands import Argv, answers, database, script
from understudy.config.app import App, Engine
from understudy.config.values import VariableName
from understudy.errors import ConfigError

_TIME = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z-[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True)
class Backup:
    """A backup on a host. size: bytes of all its files. rows: of all its tables.

    migrations: how many of Django's the data has, "" if the data is not of Django.
    """

    name: str
    size: int
    rows: int
    migrations: str = ""

    @property
    def taken_at(self) -> datetime:
        return datetime.strptime(self.name.partition("-")[0], _TIME).replace(tzinfo=UTC)

    @property
    def release(self) -> str:
        """The id of the release that was live then, or whose migration came next."""
        return self.name.partition("-")[2]


def name_at(now: datetime, release_id: str) -> str:
    """The name of a backup taken now (in any time zone, but with one) of that release's data."""
    return checked(f"{now.astimezone(UTC).strftime(_TIME)}-{release_id}")


def has_data(engine: Engine, site: str, directory: PurePosixPath, url: VariableName = "") -> Argv:
    """Succeeds if there is a database to back up. url: the secret with the URL of an external one; if that
    can't be backed up, the reason is printed as a note of templates/commands.py.
    """
    return database.program(engine, site, directory, "find_data", url=url)


def reach(app: App, directory: PurePosixPath) -> Argv:
    """Fails with the cause if the database is not reached from the host, or refuses the login."""
    text, url = ("reach" if app.database == "external" else "find_data"), app.database_url
    return database.program(app.database, app.name, directory, text, url=url)


def make(
    engine: Engine, site: str, directory: PurePosixPath, name: str, url: VariableName = ""
) -> Argv:
    """Copies the data while the site continues to write, and tries the copy. Fails with the reason.

    Refused without room for twice the data, while another backup is at work, and with no data.
    """
    text = database.LOCK + _MAKE
    return database.program(engine, site, directory, text, checked(name), url=url)


def restore(engine: Engine, site: str, directory: PurePosixPath, name: str) -> Argv:
    """Replaces the data by that of a backup; a broken one changes nothing. The site must be stopped.

    SQLite keeps what was replaced as `<file>.before-restore`, and files that the backup hasn't got.
    A server's database holds what the backup has and nothing else: tables made since are gone.
    """
    return database.program(engine, site, directory, database.LOCK + _RESTORE, checked(name))


def list_all(directory: PurePosixPath) -> Argv:
    """Prints what parse_list() reads: name, bytes, rows and migrations of each whole backup."""
    return script(_LIST, directory)


def parse_list(text: str) -> tuple[Backup, ...]:
    """Oldest first. Raises StepFailed if the text is no list of backups."""
    with answers.understood("backups"):
        rows = (line.split("\t") for line in text.splitlines())
        found = [Backup(name, int(s), int(n), m) for name, s, n, m in rows if _NAME.fullmatch(name)]
        return tuple(sorted(found, key=lambda backup: backup.taken_at))


def to_prune(backups: Sequence[Backup], keep: int) -> tuple[Backup, ...]:
    """The oldest ones beyond the newest `keep`, oldest first."""
    oldest_first = sorted(backups, key=lambda backup: backup.name)
    return tuple(oldest_first[: max(len(oldest_first) - max(keep, 0), 0)])


def remove(directory: PurePosixPath, names: Sequence[str]) -> Argv:
    """Removes backups. A missing one is no failure."""
    return script(_REMOVE, directory, *map(checked, names))


def checked(name: str) -> str:
    """The name, which becomes a path that is removed. Raises ConfigError if no backup is named so."""
    if not _NAME.fullmatch(name):
        like = "Names of backups look like 20260102T030405Z-0123abcd-4567ef89."
        raise ConfigError(f"'{name}' is no name of a backup", hint=like)
    return name


_MAKE = r"""
[ ! -e "$name" ] || refuse "there is a backup $name already"
find_data
# Left by runs that were killed.
rm -rf ./*.new
room_for_data
trap 'rm -rf "$directory/$name.new" "$directory/rows.new"' EXIT
mkdir "$name.new"
copy_data "$directory/$name.new"
try_copy "$directory/$name.new" >rows.new
mv -T rows.new "$name.new/rows"
sync -f "$name.new"
mv -T "$name.new" "$name"
sync .
"""

_RESTORE = r"""
[ -d "$name" ] || refuse "there is no backup $name"
put_back "$directory/$name"
"""

_LIST = r"""
cd "$1"
sum='{ n += $1 } END { printf "%.0f", n }'
for rows in ./[0-9]*Z-*/rows; do
    name=${rows#./} name=${name%/rows}
    case $name in *.new | '[0-9]*Z-*') continue ;; esac
    printf '%s\t%s\t%s\t%s\n' "$name" "$(stat -c %s "$name"/* | awk "$sum")" "$(awk "$sum" "$rows")" \
        "$(awk -F '\t' '$2 ~ /^(public[.])?django_migrations$/ { n += $1 } END { printf "%s", n }' "$rows")"
done
"""

_REMOVE = r"""
cd "$1"
shift
for name; do
    [ ! -e "$name" ] || mv -T "$name" "$name.new"
    rm -rf "$name.new"
done
"""
