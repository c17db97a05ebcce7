"""Backups of a site's database: made, checked, listed, put back, removed. Run as the app's user.

A backup is a directory `<time>-<release id>` with copies of the data, and `rows`: what was counted
in a database made of them, one line a table. It's written as `….new` and renamed last, removed the
other way round: what bears its name is whole. SQLite's files are looked for in the directory
`database` beside that of the backups; PostgreSQL has `<site>` and, to try a backup, `<site>_scratch`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from understudy.commands import Argv, answers, script
from understudy.config.app import Engine
from understudy.errors import ConfigError

_TIME = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z-[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True)
class Backup:
    """size: bytes of all its files. rows: of all its tables. migrations: how many, "" if not Django's."""

    name: str
    size: int
    rows: int
    migrations: str = ""

    @property
    def taken_at(self) -> datetime:
        return datetime.strptime(self.name.partition("-")[0], _TIME).replace(tzinfo=UTC)

    @property
    def release(self) -> str:
        """The id of the release that served when it was taken, or before whose migration it was."""
        return self.name.partition("-")[2]


def backup_name(now: datetime, release_id: str) -> str:
    """The name of a backup taken now (any zone, but with one) of the data of that release."""
    return checked(f"{now.astimezone(UTC).strftime(_TIME)}-{release_id}")


def exists(engine: Engine, site: str, directory: PurePosixPath) -> Argv:
    """Succeeds if there is a database to back up."""
    return program(engine, site, directory, "find_data")


def backup(engine: Engine, site: str, directory: PurePosixPath, name: str) -> Argv:
    """Copies the data while the site goes on writing, and tries the copy. Fails with the reason.

    Refused without room for twice the data, while another backup is at work, and with no data.
    """
    return program(engine, site, directory, LOCK + _BACKUP, checked(name))


def restore(engine: Engine, site: str, directory: PurePosixPath, name: str) -> Argv:
    """Puts a backup back; a broken one changes nothing. The site must have been stopped.

    SQLite keeps what was replaced as `<file>.before-restore`, and files that the backup hasn't got.
    PostgreSQL's database holds what the backup has and nothing else: tables made since are gone.
    """
    return program(engine, site, directory, LOCK + _RESTORE, checked(name))


def list_backups(directory: PurePosixPath) -> Argv:
    """Prints what parse_list reads: name, bytes, rows and migrations of each whole backup, oldest first."""
    return script(_LIST, directory)


def parse_list(text: str) -> tuple[Backup, ...]:
    with answers.understood("backups"):
        rows = (line.split("\t") for line in text.splitlines())
        found = [Backup(name, int(s), int(n), m) for name, s, n, m in rows if _NAME.fullmatch(name)]
        return tuple(sorted(found, key=lambda backup: backup.taken_at))


def to_prune(backups: Sequence[Backup], keep: int) -> tuple[Backup, ...]:
    """The oldest ones beyond the newest `keep`, oldest first."""
    oldest_first = sorted(backups, key=lambda backup: backup.name)
    return tuple(oldest_first[: max(len(oldest_first) - max(keep, 0), 0)])


def remove(directory: PurePosixPath, names: Sequence[str]) -> Argv:
    """Removes backups. One that isn't there is no failure."""
    return script(_REMOVE, directory, *map(checked, names))


def program(engine: Engine, site: str, directory: PurePosixPath, text: str, *more: object) -> Argv:
    """The text with what is below for the engine. What `more` holds comes in as $3, $4, …"""
    source = site if engine == "postgresql" else directory.parent / "database"
    return script(_COMMON + _ENGINES[engine] + text, directory, source, *more)


def checked(name: str) -> str:
    """A name becomes a path that is removed: nothing but a backup's may get there."""
    if not _NAME.fullmatch(name):
        like = "They look like 20260102T030405Z-0123abcd-4567ef89."
        raise ConfigError(f"'{name}' is no name of a backup", hint=like)
    return name


_COMMON = r"""
directory=$1 source=$2
umask 077
# The caller's directory may be closed to the app's user.
cd "$directory"
refuse() { echo "$*" >&2; exit 1; }
# room DIRECTORY KIB
room() {
    free=$(df -k --output=avail "$1" | tail -n 1)
    [ "$free" -ge "$2" ] || refuse "$1 has $((free / 1024)) MiB free, and a backup needs" \
        "$((($2 + 1023) / 1024)) there: twice the size of the data"
}
"""

# An engine has find_data, room_for_data, copy_data TO, try_copy DIRECTORY (prints the rows, leaves
# nothing behind) and put_back DIRECTORY.
_SQLITE = r"""
sql() { sqlite3 -init /dev/null -batch -bail "$@"; }
# The files in $1, in the words that `for file` goes through.
each() { for file in "$1"/*.sqlite3 "$1"/*.db; do [ ! -f "$file" ] || "$2" "$file"; done; }
count=0
counted() { count=$((count + 1)); }
find_data() {
    each "$source" counted
    [ "$count" != 0 ] || refuse "there is no database (*.sqlite3, *.db) in $source"
}
kib=0
add() { kib=$((kib + ($1 + 1023) / 1024)); }
weigh() { add "$(stat -c %s "$1")"; }
room_for_data() {
    each "$source" weigh
    # A journal is gone as soon as nobody uses the database, maybe in this moment.
    for bytes in $(find "$source" -maxdepth 1 -name '*-wal' -printf '%s ' 2>/dev/null); do add "$bytes"; done
    room "$directory" $((kib * 2))
}

# In a read transaction, or .backup would begin anew whenever somebody writes: maybe without end.
copy() {
    sql "$1" ".timeout 30000" BEGIN "SELECT count(*) FROM sqlite_schema" ".backup copied" \
        >/dev/null || refuse "can't copy $1"
    mv -T copied "./${1##*/}"
}
copy_data() { (cd "$1" && each "$source" copy); }

# check FILE NAME
check() {
    told=$(sql "$1" "PRAGMA integrity_check; PRAGMA foreign_key_check" 2>&1) || told="$told, unreadable"
    [ "$told" = ok ] || refuse "$2 is damaged: $(printf '%s' "$told" | head -n 5)"
}

# Virtual tables need not be readable without the app; what they hold is in tables of its own.
queries="SELECT printf('SELECT count(*), %Q FROM \"%w\";', replace(name, char(10), ' '), name)
    FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
    AND sql NOT LIKE 'CREATE VIRTUAL %' ORDER BY name"
try() {
    cp "$1" "$copy/scratch"
    check "$copy/scratch" "the copy of ${1##*/}"
    found=$(sql "$copy/scratch" "$queries")
    found=$(printf '%s\n' "$found" | sql -tabs "$copy/scratch")
    [ -z "$found" ] || printf '%s\n' "$found" | name=${1##*/} awk '{ print $0 "\t" ENVIRON["name"] }'
    rm "$copy/scratch"
}
try_copy() { copy=$1; each "$1" try; }

put_beside() {
    counted
    cp -T "$1" "$source/${1##*/}.restoring"
    check "$source/${1##*/}.restoring" "$name/${1##*/}"
}
# The old file takes along what belongs to it: another one's journal would ruin the new file, and
# the old one would lack what only its journal has. At no moment is there no file: an app that
# found none would make an empty one.
replace() {
    old=$source/${1##*/}
    if [ -e "$old" ]; then
        # Writes into the file what an app that was killed has left in its journal.
        sql "$old" "SELECT count(*) FROM sqlite_schema" "PRAGMA wal_checkpoint" >/dev/null 2>&1 || true
        ln -f "$old" "$old.before-restore"
    fi
    for kind in wal journal; do
        rm -f "$old.before-restore-$kind"
        [ ! -e "$old-$kind" ] || mv -T "$old-$kind" "$old.before-restore-$kind"
    done
    rm -f "$old-shm"
    mv -T "$old.restoring" "$old"
}
put_back() {
    trap 'rm -f "$source"/*.restoring "$source"/*.restoring-*' EXIT
    each "$1" put_beside
    [ "$count" != 0 ] || refuse "$name has no SQLite database"
    sync -f "$source"
    each "$1" replace
    sync -f "$source"
}
"""

_POSTGRESQL = r"""
query() { psql -XqAtw -F "$(printf '\t')" -v ON_ERROR_STOP=1 -d "$@"; }
find_data() { query "$source" -c 'SELECT' >/dev/null; }
room_for_data() {
    kib=$(query "$source" -c 'SELECT pg_database_size(current_database()) / 1024')
    room "$directory" $((kib * 2))
    # There it's tried; may be another disk.
    [ ! -d /var/lib/postgresql ] || room /var/lib/postgresql $((kib * 2))
}

copy_data() {
    pg_dump -w --format=custom --lock-wait-timeout=60s --file="$1/database.dump" "$source"
}

# load DATABASE DUMP [LINES]: the dump instead of all that the database holds, in one transaction,
# then the lines. Prints "complete" last. `pg_restore --clean` would keep tables that a later release
# made, and fail if they refer to older ones. The COMMIT is pg_restore's own last line: from a dump
# that is cut off it never comes. Extensions may be the administrator's: no comments on them.
load() {
    contents=$(pg_restore --list "$2") || return
    {
        printf '%s\n' '\o /dev/null' 'SET client_min_messages = error;' 'BEGIN;' \
            "SET lock_timeout = '60s';" 'DROP OWNED BY CURRENT_USER CASCADE;' \
            'CREATE SCHEMA IF NOT EXISTS public;'
        printf '%s\n' "$contents" | grep -v ' COMMENT - EXTENSION ' |
            pg_restore --no-owner --single-transaction --use-list=/dev/stdin --file=- "$2" &&
            printf '%s\n' '\o' "${3-}" '\echo complete'
    } | query "$1" -f -
}

queries="SELECT format('SELECT count(*), %L FROM ONLY %I.%I',
    translate(nspname || '.' || relname, E'\n\t', '  '), nspname, relname)
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = 'r' AND nspname <> 'information_schema' AND nspname NOT LIKE 'pg!_%' ESCAPE '!'
    ORDER BY nspname, relname \gexec"
try_copy() {
    told=$(load "${source}_scratch" "$1/database.dump" "$queries
DROP OWNED BY CURRENT_USER CASCADE;") || told=
    [ "${told##*
}" = complete ] || refuse "the copy of the database can't be restored"
    printf '%s\n' "$told" | sed '$d'
}

put_back() {
    [ -f "$1/database.dump" ] || refuse "$name has no PostgreSQL database"
    told=$(load "$source" "$1/database.dump") || told=
    [ "$told" = complete ] || refuse "$name can't be restored; the database is as before"
}
"""

_ENGINES = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}

# Lives as long as any program of this script does.
LOCK = r"""
name=$3
exec 9<.
flock -n 9 || refuse "another backup or restore is at work in $directory"
"""

_BACKUP = r"""
[ ! -e "$name" ] || refuse "there is a backup $name already"
find_data
# What killed runs left.
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
