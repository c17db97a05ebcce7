"""Makes a backup of SQL that was read on another host (reading.py), to be restored as any other.

begin(), add() for each database, rows() to compare, keep(): only then it has its name. Run as the app's
user.
"""

from pathlib import PurePosixPath

from understudy.commands import Argv, backups, database
from understudy.config.app import Engine


def begin(engine: Engine, site: str, directory: PurePosixPath, name: str, size: int) -> Argv:
    """Fails without space for three times the data: to keep it, to try it, to restore it. size: in bytes."""
    return _script(engine, site, directory, name, _BEGIN, -(-size // 1024))


def add(engine: Engine, site: str, directory: PurePosixPath, name: str, part: str) -> Argv:
    """Adds the database `part`, whose gzipped SQL is on standard input, and tries it."""
    return _script(engine, site, directory, name, _ADD[engine], part)


def rows(engine: Engine, site: str, directory: PurePosixPath, name: str) -> Argv:
    """Prints the rows that have arrived: lines of a number and a table."""
    return _script(engine, site, directory, name, 'cat "$name.new/rows"')


def keep(engine: Engine, site: str, directory: PurePosixPath, name: str) -> Argv:
    """Gives the backup its name: it is complete."""
    return _script(engine, site, directory, name, _KEEP)


def _script(
    engine: Engine, site: str, directory: PurePosixPath, name: str, text: str, *more: object
) -> Argv:
    text = database.LOCK + text
    return database.program(engine, site, directory, text, backups.checked(name), *more)


_BEGIN = """
[ ! -e "$name" ] || refuse "there is a backup $name already"
# Left by runs that were killed.
rm -rf ./*.new
free=$(df -k --output=avail . | tail -n 1)
[ "$free" -ge "$(($4 * 3))" ] || refuse "$directory has $((free / 1024)) MiB free, and the data needs" \\
    "$(($4 * 3 / 1024)) there: three times its size"
mkdir "$name.new"
"""

# The COMMIT follows the whole text: of a text that breaks off nothing is loaded.
_ADD = {
    "sqlite": r"""
file=$name.new/$4
loaded=$({
    echo "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;"
    gunzip && echo "COMMIT; SELECT 'complete';"
} | sql "$file") || loaded=
[ "${loaded##*
}" = complete ] || refuse "the data of $4 can't be loaded"
copy=$directory/$name.new
try "$file" >>"$name.new/rows"
""",
    "postgresql": r"""
loaded=$({
    printf '%s\n' '\o /dev/null' '\set VERBOSITY terse' 'SET client_min_messages = error;' 'BEGIN;' \
        'DROP OWNED BY CURRENT_USER CASCADE;' 'CREATE SCHEMA IF NOT EXISTS public;'
    gunzip && printf '%s\n' 'COMMIT;' 'RESET ALL;' '\o' "$queries" '\echo complete'
} | query "${source}_scratch" -f -) || loaded=
[ "${loaded##*
}" = complete ] || refuse "the data can't be loaded"
printf '%s\n' "$loaded" | sed '$d' >"$name.new/rows"
pg_dump -w --format=custom --file="$name.new/database.dump" "${source}_scratch"
query "${source}_scratch" -c 'SET client_min_messages = error' -c 'DROP OWNED BY CURRENT_USER CASCADE'
""",
}

_KEEP = """
sync -f "$name.new"
mv -T "$name.new" "$name"
sync .
"""
