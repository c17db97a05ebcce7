"""The app's database: its engine, and what Django's DATABASES needs to reach it on a host. Pure."""

import ast
from dataclasses import dataclass

from understudy.project import syntax
from understudy.project.django_settings import Settings
from understudy.project.meanings import MARIADB_SOCKET, by_convention, is_database_url
from understudy.project.packages import Packages
from understudy.project.values import Deployment, Found
from understudy.project.variables import Read

_POSTGRESQL = ("psycopg", "psycopg2", "psycopg2-binary", "psycopg-binary", "asyncpg", "psycopg-c")
_MYSQL = ("mysqlclient", "pymysql", "aiomysql", "asyncmy")
_OTHERS = {"oracle": "Oracle", "mssql": "SQL Server"}
# Engine of Django -> that of deploy.yml, and where Debian's server listens: a folder, or the socket itself.
_SERVERS = {"mysql": ("mariadb", MARIADB_SOCKET, "3306")}
_POSTGRESQL_SERVER = ("postgresql", "/var/run/postgresql", "5432")
_SQLITE_OPTIONS = """\
# Visitors who write at the same moment wait for each other.
DATABASES["default"]["OPTIONS"] = {
    "init_command": "PRAGMA journal_mode=WAL",
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
}
"""


@dataclass(frozen=True)
class Database:
    """code: lines of the settings for servers that the database needs, without their variables."""

    engine: str
    deployment: Deployment
    code: str = ""


def engine_by(packages: Packages) -> tuple[str, str]:
    """The engine and where the lock file says so."""
    for engine, drivers in (("postgresql", _POSTGRESQL), ("mariadb", _MYSQL)):
        if place := packages.place(*drivers):
            return engine, place
    return "sqlite", "no driver of PostgreSQL or MariaDB is asked for"


def of_django(settings: Settings, packages: Packages, name: str) -> Database:
    """name: of the app, whose role and database on the host are called so."""
    setting = settings.by_name.get("DATABASES")
    default = settings.entries("DATABASES").get("default")
    place = setting.place if setting else ""
    entries = settings.items(default)
    changes = settings.changes.get("DATABASES", [])
    reads = settings.reads_in(default or setting.value, setting.path) if setting else []
    reads += [read for one in changes for read in settings.reads_in(one.value, one.path)]
    kind = syntax.text(entries.get("ENGINE")).rpartition(".")[2]
    if kind in _OTHERS:
        return _unsupported(_OTHERS[kind], place)
    if any(is_database_url(read.name) for read in reads) or not kind:
        engine, why = engine_by(packages)
        found = Deployment(app={"database": Found(engine, why)})
        return Database(engine, found, "" if reads else _own(engine, name))
    if kind == "sqlite3":
        return _sqlite(settings, entries, packages, place)
    return _on_server(settings, entries, name, place, _SERVERS.get(kind, _POSTGRESQL_SERVER))


def _unsupported(what: str, place: str) -> Database:
    note = (
        f"{place}: the app's database is {what}, which Understudy neither installs nor backs up. Its server "
        "must be there already, and be reachable from each host, the staging VM included"
    )
    return Database("", Deployment(notes=(note,)))


def _sqlite(
    settings: Settings,
    entries: dict[str, ast.expr],
    packages: Packages,
    place: str,
) -> Database:
    found = Deployment(app={"database": Found("sqlite", place)})
    named = settings.by_name["DATABASES"].path
    node = entries.get("NAME")
    by_variable = settings.reads_in(node, named) if node is not None else []
    for change in settings.changes.get("DATABASES", ()):
        if change.keys == ("default", "NAME"):
            node, by_variable = change.value, settings.reads_in(change.value, change.path)
    options = "" if "OPTIONS" in entries or packages.least("django") < (5, 1) else _SQLITE_OPTIONS
    if by_variable:
        return Database("sqlite", found.with_more(_path(settings, node, by_variable)))
    code = 'DATABASES["default"]["NAME"] = os.environ["DATABASE_PATH"]\n' + options
    path = Found("{database}/db.sqlite3", f"instead of {place}, in the release")
    return Database(
        "sqlite", found.with_more(Deployment(environment={"DATABASE_PATH": path})), code
    )


def _path(settings: Settings, node: ast.expr | None, reads: list[Read]) -> Deployment:
    """The variable that NAME reads, if its own name doesn't show what it's for: a file, or a folder."""
    if any(by_convention(read.name) for read in reads):
        return Deployment()
    value = "{database}" if _ends_with_text(settings, node) else "{database}/db.sqlite3"
    return Deployment(environment={reads[-1].name: Found(value, reads[-1].place)})


def _ends_with_text(settings: Settings, node: ast.expr | None) -> bool:
    """Whether the last part of a path is fixed, as in os.path.join(…, "db.sqlite3")."""
    match node:
        case ast.Name(id=name) if name in settings.by_name:
            value = settings.by_name[name].value
            return not isinstance(value, ast.Name) and _ends_with_text(settings, value)
        case ast.Call(func=ast.Name(id="str"), args=[path]):
            return _ends_with_text(settings, path)
        case (
            ast.BinOp(right=last)
            | ast.Call(func=ast.Attribute(attr="join" | "joinpath"), args=[*_, last])
            | ast.JoinedStr(values=[*_, last])
        ):
            return isinstance(last, ast.Constant)
    return False


def _on_server(
    settings: Settings,
    entries: dict[str, ast.expr],
    name: str,
    place: str,
    server: tuple[str, str, str],
) -> Database:
    """The variables that the parts of DATABASES read; or, for fixed parts, code that sets them."""
    path = settings.by_name["DATABASES"].path
    engine, host, port = server
    wanted = {"NAME": name, "USER": name, "PASSWORD": "", "HOST": host, "PORT": port}
    found = Deployment(app={"database": Found(engine, place)})
    for key, value in wanted.items():
        node = entries.get(key)
        reads = settings.reads_in(node, path) if node is not None else []
        if reads:
            given = {
                reads[0].name: Found(value, f"{reads[0].place}; no password is needed locally")
            }
            found = found.with_more(Deployment(environment=given))
        elif node is not None and syntax.constant(node) not in ("", value):
            return Database(engine, found, _own(engine, name))
    return Database(engine, found)


def _own(engine: str, name: str) -> str:
    if engine == "sqlite":
        return ""
    host = MARIADB_SOCKET if engine == "mariadb" else ""
    return (
        "# By the local socket, as the user that the app runs as: without a password.\n"
        'DATABASES["default"].update(\n'
        f'    {{"NAME": "{name}", "USER": "{name}", "PASSWORD": "", "HOST": "{host}", "PORT": ""}}\n'
        ")\n"
    )
