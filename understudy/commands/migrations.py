"""Which migrations of Django a site's databases have. Run as the app's user; reads only."""

from pathlib import PurePosixPath

from understudy.commands import Argv, database
from understudy.config.app import Engine

_QUERY = "SELECT app || ' ' || name FROM django_migrations"
_TEXTS = {
    "sqlite": 'list() { sql -readonly "$1" "$asked" 2>/dev/null || true; }\nasked=$3\neach "$source" list\n',
    "postgresql": 'query "$source" -c "$3" 2>/dev/null || true\n',
    "external": "",
    # There `||` is another word for OR.
    "mariadb": 'query "$source" -e "SET sql_mode = PIPES_AS_CONCAT; $3" 2>/dev/null || true\n',
}


def applied(engine: Engine, site: str, directory: PurePosixPath) -> Argv:
    """Prints `app name` for each; nothing without a database or without Django. directory: of the backups."""
    return database.program(engine, site, directory, _TEXTS[engine], _QUERY)
