"""What a Django project's settings need on a server: variables where the settings read them, and else a
module of settings for servers, which takes over the app's and reads the rest from the environment. Pure.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from understudy.project import databases, meanings, settings_variables, syntax
from understudy.project.django_project import MARK, VARIABLE, Project
from understudy.project.django_settings import Setting, Settings
from understudy.project.packages import Packages
from understudy.project.settings_variables import HTTPS, PLACES, WITH_HTTPS
from understudy.project.tree import join
from understudy.project.values import Deployment, Found, Unknown

_OWN_SERVER = re.compile(
    r"(rediss?|amqp|pyamqp)://([^/]*@)?(localhost|127\.0\.0\.1|redis|rabbitmq)\b"
)
_BROKERS = ("CELERY_BROKER_URL", "CELERY_RESULT_BACKEND", "BROKER_URL")


@dataclass(frozen=True)
class _Part:
    """Lines of the module of settings, and the variables that they read. why: of the whole."""

    code: str
    why: str
    environment: dict[str, Found]
    services: Mapping[str, Found] = field(default_factory=dict)


def deployment(project: Project, settings: Settings, packages: Packages, name: str) -> Deployment:
    """name: of the app."""
    database = databases.of_django(settings, packages, name)
    found = database.deployment.with_more(settings_variables.variables(settings))
    parts = list(_parts(settings))
    if database.code:
        parts.append(_Part(database.code, "DATABASES", {}))
    known = found.environment.keys() | found.secrets.keys()
    others = [read for read in settings.reads if read.name not in known]
    more = meanings.deployment(others, database.engine, name, packages, settings.text_of)
    found = more.with_more(found)
    found = found.with_more(settings_variables.flags(settings, found))
    for part in parts:
        more = Deployment(environment=part.environment, services=part.services)
        found = found.with_more(more)
    module = project.settings
    if parts:
        module, path = _module(project)
        why = f"{project.settings}, and on top of it {', '.join(part.why for part in parts)}"
        files = {path: Found(_text(project, [part.code for part in parts]), why)}
        named = {VARIABLE: Found(module, f"{path}, on top of {project.settings}")}
        found = found.with_more(Deployment(files=files, environment=named))
    elif module != project.default:
        found = found.with_more(Deployment(environment={VARIABLE: Found(module, project.why)}))
    unknown = [*_log_files(settings), *_sqlite_files(settings)]
    if module != project.default:
        unknown += _fixed(project, module)
    return found.with_more(Deployment(unknown=tuple(unknown)))


def _log_files(settings: Settings) -> Iterator[Unknown]:
    """Files of LOGGING whose place is fixed: the app can't write its own release, and would not start."""
    logging = settings.by_name.get("LOGGING")
    for node in ast.walk(logging.value) if logging else ():
        value = syntax.items(node).get("filename")
        if logging and value and not settings.reads_in(value, logging.path):
            place = f"{logging.path}:{value.lineno}"
            yield Unknown(
                f"{place} logs to a file in the release, which the app can't write",
                f'{place}: "class": "logging.StreamHandler" without a filename; `logs` shows what it writes',
            )


def _sqlite_files(settings: Settings) -> Iterator[Unknown]:
    """Files of SQLite that are not the app's database, such as a queue's, and whose place is fixed."""
    for name, setting in settings.by_name.items():
        if name == "DATABASES" or settings.reads_in(setting.value, setting.path):
            continue
        for node in ast.walk(setting.value):
            file = syntax.text(node)
            if re.search(r"\w\.(sqlite3?|db)$", file) and not _is_module(file, settings):
                place = f"{setting.path}:{getattr(node, 'lineno', 1)}"
                yield Unknown(
                    f"{place}: {name} keeps {file} in the release, which the app can't write",
                    f'{place}: os.path.join(os.environ["DATA_DIR"], "{file}"), and app.environment: '
                    'DATA_DIR: "{database}"',
                )


def _is_module(name: str, settings: Settings) -> bool:
    """A module whose name ends as a file's does: an app of Django, or a.b.db, as SESSION_ENGINE has it."""
    return name in settings.apps or bool(re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*){2,}", name))


def _fixed(project: Project, module: str) -> Iterator[Unknown]:
    for place in project.fixed:
        yield Unknown(
            f"{place} sets {VARIABLE} whatever the environment says, so {module} is not used",
            f'{place}: os.environ.setdefault("{VARIABLE}", "{project.default}")',
        )


def _parts(settings: Settings) -> Iterator[_Part]:
    debug = settings.by_name.get("DEBUG")
    if debug and syntax.constant(debug.value) is not False and not settings.reads_of("DEBUG"):
        yield _Part("DEBUG = False\n", f"DEBUG = False ({debug.place})", {})
    if not settings.reads_of("SECRET_KEY") or _key_has_default(settings):
        place = _place(settings.by_name.get("SECRET_KEY"))
        code = 'SECRET_KEY = os.environ["SECRET_KEY"]\n'
        yield _Part(code, f"SECRET_KEY from the environment{place}", {})
    if not settings.reads_of("ALLOWED_HOSTS"):
        place = _place(settings.by_name.get("ALLOWED_HOSTS"))
        yield _Part(
            'ALLOWED_HOSTS = os.environ["ALLOWED_HOSTS"].split(",")\n',
            f"ALLOWED_HOSTS from the environment{place}",
            {"ALLOWED_HOSTS": Found("{domains}", "the target's names")},
        )
    yield from _places(settings)
    yield from _servers(settings)
    yield from _https(settings)


def _servers(settings: Settings) -> Iterator[_Part]:
    """Brokers and caches whose place is fixed to the machine that the settings run on."""
    for name in _BROKERS:
        setting = settings.by_name.get(name)
        server = _own_server(setting.value) if setting else ""
        if setting and server and not settings.reads_of(name):
            more = meanings.server(server, name, setting.place)
            code = f'{name} = os.environ["{name}"]\n'
            why = f"{name} from the environment ({setting.place})"
            yield _Part(code, why, dict(more.environment), more.services)
    caches = settings.by_name.get("CACHES")
    location = settings.items(settings.entries("CACHES").get("default")).get("LOCATION")
    if caches and _own_server(location) == "redis" and not settings.reads_of("CACHES"):
        more = meanings.server("redis", "CACHE_URL", caches.place)
        # Apart from a queue, which a cache that is cleared would take along.
        url = {"CACHE_URL": Found("{redis_url}?db=1", caches.place)}
        code = 'CACHES["default"]["LOCATION"] = os.environ["CACHE_URL"]\n'
        why = f"the cache's place from the environment ({caches.place})"
        yield _Part(code, why, url, more.services)


def _own_server(value: ast.expr | None) -> str:
    """The server that a fixed URL of this machine leads to."""
    found = _OWN_SERVER.match(syntax.text(value))
    return "" if not found else "redis" if found[1].startswith("redis") else "rabbitmq"


def _key_has_default(settings: Settings) -> bool:
    """A key of another variable, with a default: the host's own SECRET_KEY takes its place."""
    reads = settings.reads_of("SECRET_KEY")
    return all(read.name != "SECRET_KEY" and not read.required for read in reads)


def _places(settings: Settings) -> Iterator[_Part]:
    for name, value in PLACES.items():
        setting = settings.by_name.get(name)
        if name == "STATIC_ROOT" and "django.contrib.staticfiles" not in settings.apps:
            continue
        if settings.reads_of(name) or (name == "MEDIA_ROOT" and not _is_given(setting)):
            continue
        place = f"{setting.place} has it in the release" if setting else "where nginx looks"
        yield _Part(
            f'{name} = os.environ["{name}"]\n',
            f"{name} from the environment{_place(setting)}",
            {name: Found(value, place)},
        )


def _is_given(setting: Setting | None) -> bool:
    return setting is not None and syntax.constant(setting.value) != ""


def _https(settings: Settings) -> Iterator[_Part]:
    """What HTTPS needs: that Django learns of it from nginx, and cookies that only go over it. Not on a
    target that has none.
    """
    if on := [name for name in HTTPS if _is_to_be_set(name, settings)]:
        lines = ['HTTPS = os.environ.get("HTTPS") == "on"', *(f"{name} = HTTPS" for name in on)]
        why = f"{', '.join(on)} by target{_place(settings.by_name.get(on[0]))}"
        yield _Part("\n".join([*lines, ""]), why, {"HTTPS": Found("on", WITH_HTTPS)})
    if "SECURE_PROXY_SSL_HEADER" not in settings.by_name:
        line = 'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")\n'
        yield _Part(line, "SECURE_PROXY_SSL_HEADER for nginx", {})


def _is_to_be_set(name: str, settings: Settings) -> bool:
    """Always True is wrong where there is no HTTPS, and cookies are not secure by Django's default."""
    setting = settings.by_name.get(name)
    if setting is None:
        return name.endswith("_COOKIE_SECURE")
    return syntax.constant(setting.value) is True


def _place(setting: Setting | None) -> str:
    return f" ({setting.place})" if setting else ""


def _module(project: Project) -> tuple[str, str]:
    """Name and path of the module of settings for servers, beside the one that it takes over."""
    package, _, last = project.settings.rpartition(".")
    if project.settings_file.endswith("/__init__.py"):
        name = f"{project.settings}.server"
    elif package.rpartition(".")[2] == "settings":
        name = f"{package}.server"
    else:
        name = f"{package}{'.' if package else ''}{last}_server"
    return name, join(project.folder, f"{name.replace('.', '/')}.py")


def _text(project: Project, code: list[str]) -> str:
    base = project.settings
    uses_os = any("os.environ" in part for part in code)
    return (
        f'"""{MARK}\n\n'
        f"All of {base}, and from the environment what differs on a server.\n"
        'deploy.yml sets the variables; SECRET_KEY is made on each host.\n"""\n\n'
        "# flake8: noqa\n"
        + ("import os\n\n" if uses_os else "")
        + f"from {base} import *\n\n"
        + "".join(code)
    )
