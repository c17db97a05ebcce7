"""What a variable that an app reads is for, by its name: the value that deploy.yml gives it. Pure."""

import json
import re
from collections.abc import Callable, Iterable

from understudy.project.packages import Packages
from understudy.project.values import Deployment, Found, Unknown
from understudy.project.variables import Read, can_be_made_up, looks_secret

_DATABASE_URL = re.compile(
    r"(\w+_)?(DATABASE|DB|SQLALCHEMY|SQLALCHEMY_DATABASE|POSTGRES)_(URL|URI|DSN)"
)
# Where `manage.py runserver` serves: the site's own address on a developer's machine.
_OWN_URL = re.compile(r"https?://(localhost|127\.0\.0\.1)(:8000)?/?")
MARIADB_SOCKET = "/run/mysqld/mysqld.sock"
# provision/ makes it on each host.
_HOSTS_OWN = "SECRET_KEY"
# Name -> value, the first that fits. By convention of Django, Flask, twelve-factor templates and cookiecutters.
_BY_NAME = (
    (r"(\w+_)?ALLOWED_HOSTS", "{domains}"),
    (
        r"(\w+_)?ALLOWED_HOST|(SITE_|APP_)?(DOMAIN|DOMAIN_NAME|HOSTNAME)|SERVER_NAME|SITENAME",
        "{domain}",
    ),
    (r"(\w+_)?(CSRF_)?TRUSTED_ORIGINS?|(\w+_)?CORS_(ALLOWED_)?ORIGINS?", "{origins}"),
    (r"(SITE|BASE|PUBLIC|APP|FRONTEND|WAGTAILADMIN_BASE|EXTERNAL)_URL", "{origin}"),
    (r"(\w+_)?STATIC_ROOT", "{static}"),
    (r"(\w+_)?(MEDIA_ROOT|UPLOADS?_(FOLDER|DIR|PATH|ROOT))", "{media}"),
    (r"(\w+_)?(DB|DATABASE|SQLITE)_(DIR|DIRECTORY)|DATA_DIR", "{database}"),
    (r"(\w+_)?(DB|DATABASE|SQLITE)_(PATH|FILE)", "{database}/db.sqlite3"),
    (r"(DJANGO_|FLASK_|APP_)?DEBUG", "False"),
    # The journal has it then; a file beside the code can't be written.
    (r"(\w+_)?LOG_TO_(STDOUT|STDERR|CONSOLE)", "True"),
    (r"(\w+_)?RELEASE|(APP|GIT)_(VERSION|REVISION|SHA|COMMIT)", "{release}"),
)
_SWITCHES = {"True": True, "False": False}
# For a list of which the variable is one entry, or JSON: there a comma would be part of a name.
OF_FIRST = {"{domains}": "{domain}", "{origins}": "{origin}"}
_BROKER = re.compile(
    r"REDIS_(URL|URI|DSN)|((CELERY|DRAMATIQ|HUEY|RQ|TASKIQ|ARQ)_)?(BROKER|RESULT_BACKEND|REDIS)(_URL)?"
    r"|CELERY_RESULT_URL|CACHE_URL|(RABBITMQ|AMQP|CLOUDAMQP)_(URL|URI)"
)
_REDIS_HOST = re.compile(r"(\w+_)?REDIS_(\w+_)?(HOST|HOSTNAME|SERVER)")
# The text of a variable that means on, or off; None if that's not known.
TextOf = Callable[[Read, bool], str | None]
# Of the app's tests and of its author's machine: a host has neither.
_ELSEWHERE = re.compile(r"(\w+_)?(TEST|TESTING|DEV|DEVELOPMENT|LOCAL)(_\w+)?")


def deployment(
    reads: Iterable[Read], engine: str, name: str, packages: Packages, text_of: TextOf
) -> Deployment:
    """Values for the variables, each once. engine: of deploy.yml. name: of the app."""
    found = Deployment()
    by_name: dict[str, Read] = {}
    for read in reads:
        if not read.required and _ELSEWHERE.fullmatch(read.name):
            continue
        known = by_name.get(read.name)
        if known is None or (read.required and not known.required):
            by_name[read.name] = read
    for read in by_name.values():
        found = found.with_more(_one(read, engine, name, packages, text_of))
    return found


def switch(read: Read, text: str | None, *, is_on: bool, why: str) -> Deployment:
    """A variable that turns something on or off by that text. None: it is not known which text does."""
    if text is not None:
        return Deployment(environment={read.name: Found(text, why)})
    guess, state = ("True", "on") if is_on else ("False", "off")
    return Deployment(
        environment={read.name: Found(guess, f"a guess: which text means {state}? {why}")},
        unknown=(
            Unknown(
                f"the text of {read.name} that means {state} ({read.place}); deploy.yml has {guess}",
                f'app.environment: {read.name}: "…"',
            ),
        ),
    )


def by_convention(name: str) -> str | None:
    """The value of a variable of that name, for the names that many apps share."""
    return next((value for pattern, value in _BY_NAME if re.fullmatch(pattern, name)), None)


def is_database_url(name: str) -> bool:
    return _DATABASE_URL.fullmatch(name) is not None


def _one(read: Read, engine: str, name: str, packages: Packages, text_of: TextOf) -> Deployment:
    if read.name == _HOSTS_OWN:
        return Deployment()
    if is_database_url(read.name):
        return _set(read, database_url(engine, name, read.default, packages))
    if value := by_convention(read.name):
        if (is_on := _SWITCHES.get(value)) is not None:
            return switch(read, text_of(read, is_on), is_on=is_on, why=read.place)
        return _set(read, json.dumps([OF_FIRST.get(value, value)]) if read.is_json else value)
    return _by_what_it_is_for(read, packages)


def _by_what_it_is_for(read: Read, packages: Packages) -> Deployment:
    if _OWN_URL.fullmatch(read.default):
        return _set(read, "{origin}")
    if _REDIS_HOST.fullmatch(read.name) and "redis" in packages:
        return _redis_at(read, "127.0.0.1")
    if _BROKER.fullmatch(read.name):
        return _broker(read, packages)
    if can_be_made_up(read.name):
        return Deployment(secrets={read.name: Found({"generate": 50}, read.place)})
    return _unknown(read) if read.required else Deployment()


def _set(read: Read, value: str) -> Deployment:
    return Deployment(environment={read.name: Found(value, read.place)})


def _broker(read: Read, packages: Packages) -> Deployment:
    is_of_rabbitmq = re.match("RABBIT|.*AMQP", read.name)
    if read.default.startswith(("amqp", "pyamqp")) or (is_of_rabbitmq and read.required):
        return server("rabbitmq", read.name, read.place)
    # Another variable names the broker then.
    if is_of_rabbitmq:
        return Deployment()
    if read.required or read.default.startswith("redis") or "redis" in packages:
        return server("redis", read.name, read.place)
    return Deployment()


def server(name: str, variable: str, place: str) -> Deployment:
    """A server of the site's own, whose URL a variable gets."""
    settings = {}
    if name == "redis":
        # What a cache may forget, a queue may not.
        settings = {"for": "cache" if "CACHE" in variable else "queue"}
    return Deployment(
        environment={variable: Found(f"{{{name}_url}}", place)},
        services={name: Found(settings, f"{variable} in {place}")},
    )


def _redis_at(read: Read, value: str) -> Deployment:
    """A variable for the host alone leaves no room for a password: the distribution's own server, then."""
    return Deployment(
        environment={read.name: Found(value, read.place)},
        host={"packages": Found(["redis-server"], f"{read.name} in {read.place}")},
    )


def _unknown(read: Read) -> Deployment:
    if looks_secret(read.name):
        line = (
            f"python deploy.py secrets set {read.name}   (once for each target, with --target NAME)"
        )
        return Deployment(unknown=(Unknown(f"the secret {read.name} ({read.place})", line),))
    line = f'app.environment: {read.name}: "…"'
    return Deployment(unknown=(Unknown(f"the value of {read.name} ({read.place})", line),))


def _of_mariadb(name: str, driver: str, packages: Packages) -> str:
    known = ("pymysql", "asyncmy", "aiomysql", "mysqldb")
    if driver not in known and "sqlalchemy" in packages and "mysqlclient" not in packages:
        driver = next((one for one in known if one in packages), "")
    plus = f"+{driver}" if driver in known else ""
    return f"mysql{plus}://{name}@localhost/{name}?unix_socket={MARIADB_SOCKET}"


def database_url(engine: str, name: str, default: str, packages: Packages) -> str:
    """Of the app's database on its host. default: the app's own URL, whose driver is kept."""
    scheme = default.partition("://")[0]
    _, plus, driver = scheme.partition("+")
    if engine == "postgresql":
        if not plus and "sqlalchemy" in packages and "psycopg2" not in packages:
            if "psycopg2-binary" not in packages and "psycopg" in packages:
                driver = "psycopg"
            elif "psycopg" not in packages and "asyncpg" in packages:
                driver = "asyncpg"
        driver = driver if driver in ("psycopg", "psycopg2", "asyncpg") else ""
        return f"postgresql{'+' if driver else ''}{driver}:///{name}"
    if engine == "mariadb":
        return _of_mariadb(name, driver, packages)
    if "aiosqlite" in packages and "sqlalchemy" in packages and driver != "pysqlite":
        driver = "aiosqlite"
    driver = driver if driver in ("aiosqlite", "pysqlite") else ""
    return f"sqlite{'+' if driver else ''}{driver}:///{{database}}/db.sqlite3"
