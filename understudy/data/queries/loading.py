"""Makes a backup of SQL that was read elsewhere (commands/reading.py), to be put back as any other.

It's begun, gets its parts, each on standard input and gzipped, and is kept once all their rows are
there: what bears its name is whole. Run as the app's user.
"""

from pathlib import PurePosixPath

from understudy.commands import Argv, backups, database
from understudy.config.app import Engine


def begin(engine: Engine, site: str, directory: PurePosixPath, name: str, size: int) -> Argv:
    """size: bytes of the data. Refused without room for it, its trial, and what is put back."""
    return _script(engine, site, directory, name, _BEGIN, -(-size // 1024))


def add(engine: Engine, site: str, directory: PurePosixPath, name: str, part: str) -> Argv:
    """part: the name of a database. The backup gets a copy of it, which is tried."""
    return _script(engine, site, directory, name, _ADD[engine], part)


def rows(engine: Engine, site: str, directory: PurePosixPath, name: str) -> Argv:
    """Prints what has arrived: lines of a number and a table."""
    return _script(engine, site, directory, name, 'cat "$name.new/rows"')


def keep(engine: Engine, site: str, directory: PurePosixPath, name: str) -> Argv:
    """The backup is whole."""
    return _script(engine, site, directory, name, _KEEP)


def _script(
    engine: Engine, site: str, directory: PurePosixPath, name: str, text: str, *more: object
) -> Argv:
    text = database.LOCK + text
    return database.program(engine, site, directory, text, backups.checked(name), *more)


_BEGIN = """
[ ! -e "$name" ] || refuse "there is a backup $name already"
# What killed runs left.
rm -rf ./*.new
free=$(df -k --output=avail . | tail -n 1)
[ "$free" -ge "$(($4 * 3))" ] || refuse "$directory has $((free / 1024)) MiB free, and the data needs" \\
    "$(($4 * 3 / 1024)) there: three times its size"
mkdir "$name.new"
"""

# Without its COMMIT, which only comes after the whole text, nothing of it is there.
_ADD = {
    "sqlite": r"""
file=$name.new/$4
told=$({
    echo "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;"
    gunzip && echo "COMMIT; SELECT 'complete';"
} | sql "$file") || told=
[ "${told##*
}" = complete ] || refuse "the data of $4 can't be loaded"
copy=$directory/$name.new
try "$file" >>"$name.new/rows"
""",
    "postgresql": r"""
told=$({
    printf '%s\n' '\o /dev/null' '\set VERBOSITY terse' 'SET client_min_messages = error;' 'BEGIN;' \
        'DROP OWNED BY CURRENT_USER CASCADE;' 'CREATE SCHEMA IF NOT EXISTS public;'
    gunzip && printf '%s\n' 'COMMIT;' 'RESET ALL;' '\o' "$queries" '\echo complete'
} | query "${source}_scratch" -f -) || told=
[ "${told##*
}" = complete ] || refuse "the data can't be loaded"
printf '%s\n' "$told" | sed '$d' >"$name.new/rows"
pg_dump -w --format=custom --file="$name.new/database.dump" "${source}_scratch"
query "${source}_scratch" -c 'SET client_min_messages = error' -c 'DROP OWNED BY CURRENT_USER CASCADE'
""",
}

_KEEP = """
sync -f "$name.new"
mv -T "$name.new" "$name"
sync .
"""
