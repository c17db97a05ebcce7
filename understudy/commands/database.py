"""A shell script over a site's database, as the app's user: with functions that each engine has of its own."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from understudy.commands import Argv, external, mariadb, postgresql, script, sqlite
from understudy.config.app import Engine
from understudy.config.values import VariableName


def program(
    engine: Engine,
    site: str,
    directory: PurePosixPath,
    text: str,
    *more: object,
    url: VariableName = "",
) -> Argv:
    """The script `text`, after the functions below and those of the engine. directory: of the backups.

    `$source` is the server's database, or the directory of SQLite's files: `database` beside the
    backups; or, of an external database, the file of secrets, in which `url` names its URL. What `more` holds
    comes in as $3, $4, …
    """
    beside = {"sqlite": "database", "external": "env"}
    source = directory.parent / beside[engine] if engine in beside else site
    named = f"variable={url}\n" if engine == "external" else ""
    return script(_COMMON + named + _ENGINES[engine] + text, directory, source, *more)


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

# Each engine has find_data, room_for_data, copy_data TO, try_copy DIRECTORY (prints the rows, leaves
# nothing behind) and put_back DIRECTORY.
_ENGINES: Mapping[Engine, str] = {
    "sqlite": sqlite.SHELL,
    "postgresql": postgresql.SHELL,
    "mariadb": mariadb.SHELL,
    "external": external.SHELL,
}

# For a script that writes into the backup $3. It is held as long as any program of the script runs.
LOCK = r"""
name=$3
exec 9<.
flock -n 9 || refuse "another backup or restore is at work in $directory"
"""
