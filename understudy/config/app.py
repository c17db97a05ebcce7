"""The part `app` of deploy.yml: what is deployed."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from understudy.config import databases
from understudy.config.base import Strict
from understudy.config.checks import a_list, text
from understudy.config.commands import Argv, Commands
from understudy.config.loosened import Loosened, Reason
from understudy.config.mistakes import validation_error
from understudy.config.site_locations import (
    ProxyFrom,
    ProxyPort,
    Redirect,
    RedirectFrom,
    RedirectTo,
    redirect,
    refuse_conflicts,
)
from understudy.config.values import Memory, Name, Package, Texts, VariableName, VariableValue
from understudy.config.worker_class import WorkerClass, is_asgi

Engine = Literal["sqlite", "postgresql", "mariadb", "external"]
Module = Annotated[
    str,
    text(
        r"[A-Za-z_][\w.]*:[A-Za-z_][\w.()]*",
        "a module and the application in it",
        "shop.wsgi:application",
    ),
]
NginxSize = Annotated[str, text(r"[0-9]+[kmg]?", "a size of nginx", "8k", "10m")]
NginxTime = Annotated[
    str, text(r"max|off|[0-9]+[smhdMy]?", "a time of nginx, or max, or off", "1h", "30d")
]
UrlPath = Annotated[
    str,
    text(
        r"/[A-Za-z0-9._~/-]*",
        "a path that starts with a slash, without a query",
        "/health/",
    ),
]
# Without the slash at its end, nginx would serve `/static../x` from beside the directory.
UrlDirectory = Annotated[
    str,
    text(
        r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/",
        "a path that starts and ends with a slash",
        "/static/",
    ),
]
# Of extras and dependency groups: words of an argv of uv and poetry.
_Extra = Annotated[
    str,
    text(r"[A-Za-z0-9][A-Za-z0-9._-]*", "letters, digits, dots, hyphens and underscores", "prod"),
]
_IndexHost = Annotated[
    str,
    text(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", "the host of an index", "pypi.example.com"),
]
# Reports mask the values of such variables: report/masking.py.
_SecretVariable = Annotated[
    str,
    text(
        r"(?=.*(SECRET|PASSW|TOKEN|CREDENTIAL|PRIVATE))[A-Z_][A-Z0-9_]*",
        "the name of an environment variable, in capitals, with TOKEN, PASSWORD or SECRET in it",
        "PYPI_TOKEN",
    ),
]
Names = Annotated[tuple[_Extra, ...], a_list("[prod]")]
SourceDirectory = Annotated[
    str,
    text(
        r"(?!\.{1,2}(/|$))[\w.-]+(/(?!\.{1,2}(/|$))[\w.-]+)*",
        "a folder below the app's directory",
        "hello/static",
    ),
]
UrlPaths = Annotated[tuple[UrlPath, ...], a_list('["/"]')]

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "plain": {},
    "django": {
        "release_commands": [
            ["python", "manage.py", "makemigrations", "--check", "--dry-run", "--noinput"],
            ["python", "manage.py", "collectstatic", "--noinput", "-v0"],
        ],
        "migrations_pending": ["python", "manage.py", "migrate", "--check"],
        "migrate_commands": [["python", "manage.py", "migrate", "--noinput", "-v2"]],
        "static_url": "/static/",
        "media_url": "/media/",
    },
}


class App(Strict):
    """What is deployed; times are whole seconds.

    static_directory: committed files that nginx serves as they are, in place of collected ones.
    static_hashed: folders below static_url in which each file's name has a hash of its content.

    requirements: the files of the lock, empty to search for one. extras, groups: of the project, that the
    lock is exported with. index_secrets: host of a private index -> variable of this machine's environment.

    build_commands run as the deployer, who alone can write the release's source;
    release_commands and then migrate_commands run as the app's user, on the real data, before the
    release starts. migrations_pending fails if there is something to migrate: then a backup is made.
    """

    name: Name
    source: str = Field(examples=[".", "https://git.example.com/shop.git"])
    revision: str = Field(default="HEAD", examples=["HEAD", "v1.10"])
    subdirectory: str = Field(default="", examples=["backend"])
    preset: Literal["django", "plain"] = "django"
    module: Module
    worker_class: WorkerClass = "sync"
    workers: int = Field(default=2, ge=1, le=64)
    memory_max: Memory | None = None
    loosen: Mapping[Loosened, Reason] = {}
    requirements: Texts = ()
    extras: Names = ()
    groups: Names = ()
    index_secrets: Mapping[_IndexHost, _SecretVariable] = {}
    build_packages: Annotated[tuple[Package, ...], a_list('["libpq-dev"]')] = ()
    build_commands: Commands = ()
    release_commands: Commands = ()
    migrations_pending: Argv | None = None
    migrate_commands: Commands = ()
    health_path: UrlPath = "/"
    check_paths: UrlPaths = ()
    websocket_path: UrlPath | None = None
    static_url: UrlDirectory | None = None
    static_directory: SourceDirectory | None = None
    static_expires: NginxTime = "1h"
    static_hashed: Annotated[tuple[SourceDirectory, ...], a_list("[assets]")] = ()
    media_url: UrlDirectory | None = None
    redirects: Mapping[RedirectFrom, RedirectTo] = {}
    proxy: Mapping[ProxyFrom, ProxyPort] = {}
    upload_limit: NginxSize = "10m"
    proxy_buffer_size: NginxSize = "8k"
    proxy_read_timeout: int | None = Field(default=None, ge=1, le=86400)
    request_header_size: NginxSize = "8k"
    environment: Mapping[VariableName, VariableValue] = {}
    database: Engine = "sqlite"
    database_url: VariableName = "DATABASE_URL"
    request_timeout: int = Field(default=30, ge=1, le=3600)
    drain_timeout: int = Field(default=30, ge=0, le=3600)
    workers_first: bool = False
    start_timeout: int = Field(default=60, ge=1, le=3600)
    command_timeout: int = Field(default=1800, ge=1, le=86400)
    maintenance: Literal["never", "migrations"] = "never"
    keep_releases: int = Field(default=5, ge=1, le=100)
    keep_backups: int = Field(default=5, ge=1, le=1000)

    @model_validator(mode="before")
    @classmethod
    def fill_in_preset(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        served = {"static_url": "/static/"} if given.get("static_directory") else {}
        return {**served, **PRESETS.get(str(given.get("preset", "django")), {}), **given}

    @model_validator(mode="after")
    def answer_each_address_once(self) -> Self:
        served = (self.static_url, self.media_url)
        refuse_conflicts(self.redirects, self.proxy, served, self.health_path)
        return self

    @property
    def redirect_rules(self) -> tuple[Redirect, ...]:
        """For templates."""
        return tuple(redirect(*pair) for pair in self.redirects.items())

    @model_validator(mode="after")
    def have_the_url_of_an_external_database_as_a_secret(self) -> Self:
        if self.database != "external":
            if "database_url" in self.model_fields_set:
                text = "is only for `database: external`"
                raise validation_error("database", text, "database_url", given=self.database_url)
        elif self.database_url in self.environment:
            text = f"must be a secret: python deploy.py secrets set {self.database_url}"
            raise validation_error(
                "secret", text, "environment", self.database_url, given="a value"
            )
        return self

    @model_validator(mode="after")
    def let_gunicorn_end_slow_requests(self) -> Self:
        """Its log then names them, and nginx's would not."""
        limit = self.request_timeout
        if self.proxy_read_timeout is not None and self.proxy_read_timeout <= limit:
            longer = f"must be more than app.request_timeout, which is {limit}"
            given = self.proxy_read_timeout
            raise validation_error("timeout", longer, "proxy_read_timeout", given=given)
        return self

    @model_validator(mode="after")
    def have_a_worker_for_websockets(self) -> Self:
        if self.websocket_path is not None and self.worker_class == "sync":
            other = "needs another app.worker_class than sync, whose workers answer one request at a time"
            raise validation_error("worker", other, "websocket_path", given=self.websocket_path)
        return self

    @property
    def database_unit(self) -> str:
        """The unit of the database's server; "" if no server of the host has the database."""
        return databases.UNITS.get(self.database, "")

    @property
    def is_asgi(self) -> bool:
        return is_asgi(self.worker_class)

    @property
    def has_websockets(self) -> bool:
        """Whether something behind nginx may hold one: the app's worker, or another server of `proxy`."""
        return self.worker_class != "sync" or bool(self.proxy)

    @property
    def nginx_waits(self) -> int:
        """Seconds for which nginx waits for the next bytes of an answer or of a WebSocket."""
        return self.proxy_read_timeout or max(60, self.request_timeout + 5)

    @property
    def request_header_bytes(self) -> int:
        return nginx_bytes(self.request_header_size)


def nginx_bytes(size: str) -> int:
    """A size of nginx, as 16k -> bytes."""
    units = {"k": 2**10, "m": 2**20, "g": 2**30}
    return int(size.rstrip("kmg")) * units.get(size[-1], 1)
