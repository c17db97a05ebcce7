"""deploy.yml -> Config: one frozen value, checked in full before anything is touched.

A message names the key's path and the line it stands in.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from understudy.config_data import Data
from understudy.errors import ConfigError
from understudy.strict import Strict

# These become user names, unit names, paths and host names on a server.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
Domain = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")]
Locale = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]+(_[A-Z]+)?(\.UTF-8)?$")]
TimeZone = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$")]
Package = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.+-]+$")]
Address = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.:-]*$")]
UrlPath = Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9._~/-]*$")]
# Without the slash at its end, nginx would serve `/static../x` from beside the directory.
UrlDirectory = Annotated[str, StringConstraints(pattern=r"^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/$")]
VariableName = Annotated[str, StringConstraints(pattern=r"^[A-Z_][A-Z0-9_]*$")]
NginxSize = Annotated[str, StringConstraints(pattern=r"^[0-9]+[kmg]?$")]
Memory = Annotated[str, StringConstraints(pattern=r"^[0-9]+[KMG]$")]
NginxTime = Annotated[str, StringConstraints(pattern=r"^(max|off|[0-9]+[smhdMy]?)$")]
Module = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_][\w.()]*$")]
Engine = Literal["sqlite", "postgresql"]
HostPath = Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9._/-]+$")]


def _beside_deploy_yml(value: Any, info: ValidationInfo) -> Any:
    """A path is relative to the file it stands in, wherever one works."""
    if not isinstance(value, str):
        return value
    return Path(info.context or ".") / Path(value).expanduser()


FilePath = Annotated[Path, BeforeValidator(_beside_deploy_yml)]
Argv = Annotated[tuple[str, ...], Field(min_length=1)]
# Users and databases that a PostgreSQL server comes with, and words that no role may be called.
POSTGRESQL_NAMES = {"postgres", "template0", "template1", "public", "none"}


PRESETS: Mapping[str, Mapping[str, Any]] = {
    "plain": {},
    "django": {
        "release_commands": [
            ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
            ["python", "manage.py", "collectstatic", "--noinput", "-v0"],
        ],
        "migrations_pending": ["python", "manage.py", "migrate", "--check"],
        "migrate_commands": [["python", "manage.py", "migrate", "--noinput", "-v2"]],
        "static_url": "/static/",
        "media_url": "/media/",
    },
}


class App(Strict):
    """What is deployed. Times are whole seconds.

    build_commands run as the deployer, who alone can write the release's source;
    release_commands and then migrate_commands run as the app's user, on the real data, before the
    release starts. migrations_pending fails if there is something to migrate: then a backup is made.
    """

    name: Name
    source: str
    revision: str = "HEAD"
    subdirectory: str = ""
    preset: Literal["django", "plain"] = "django"
    module: Module
    worker_class: str = "sync"
    workers: int = Field(default=2, ge=1, le=64)
    memory_max: Memory | None = None
    requirements: str = "requirements.txt"
    build_commands: tuple[Argv, ...] = ()
    release_commands: tuple[Argv, ...] = ()
    migrations_pending: Argv | None = None
    migrate_commands: tuple[Argv, ...] = ()
    health_path: UrlPath = "/"
    check_paths: tuple[UrlPath, ...] = ()
    static_url: UrlDirectory | None = None
    static_expires: NginxTime = "1h"
    media_url: UrlDirectory | None = None
    upload_limit: NginxSize = "10m"
    environment: Mapping[VariableName, str] = {}
    database: Engine = "sqlite"
    request_timeout: int = Field(default=30, ge=1, le=3600)
    drain_timeout: int = Field(default=30, ge=0, le=3600)
    start_timeout: int = Field(default=60, ge=1, le=3600)
    keep_releases: int = Field(default=5, ge=1, le=100)
    keep_backups: int = Field(default=5, ge=1, le=1000)

    @model_validator(mode="before")
    @classmethod
    def fill_in_preset(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {**PRESETS.get(str(given.get("preset", "django")), {}), **given}


class Host(Strict):
    """How every host is provisioned."""

    deployer: Name = "deploy"
    locale: Locale = "C.UTF-8"
    timezone: TimeZone = "Etc/UTC"
    packages: tuple[Package, ...] = ()


class Vm(Strict):
    """The staging VM. memory in MiB, boot_timeout in seconds. stands_for: a target."""

    name: Name = "understudy"
    release: Literal["bookworm", "trixie"] = "bookworm"
    memory: int = Field(default=1024, ge=512)
    cpus: int = Field(default=2, ge=1)
    address: Address = "192.168.56.10"
    boot_timeout: int = Field(default=300, ge=10)
    stands_for: Name = "production"


class Certificate(Strict):
    """Where the host keeps the certificate chain and its key; they are not deployed."""

    chain: HostPath
    key: HostPath


class TargetConfig(Strict):
    """A named place to deploy to: one SSH host, and what is different about it."""

    domain: Domain
    address: Address
    port: int = Field(default=22, ge=1, le=65535)
    admin: Name
    key: FilePath | None = None
    known_hosts: FilePath | None = None
    certificate: Certificate | None = None
    require_clean: bool = False
    disposable: bool = False
    require_receipt: bool = True
    probe: Literal["ssh", "public"] = "ssh"
    environment: Mapping[VariableName, str] = {}


class Receipts(Strict):
    """Who signs receipts of rehearsals here, whose are taken, and for how many days."""

    key: FilePath | None = None
    allowed_signers: FilePath = Field(default="allowed_signers", validate_default=True)
    max_age_days: int = Field(default=7, ge=1, le=365)


class Config(Strict):
    app: App
    host: Host = Host()
    vm: Vm = Vm()
    # Not a value made here: its paths are beside deploy.yml.
    receipts: Receipts = Field(default_factory=dict, validate_default=True)
    data: Data = Data()
    targets: Mapping[Name, TargetConfig]

    @model_validator(mode="after")
    def keep_users_apart(self) -> Self:
        """The app's user may do nothing but run the app: not even write its own code."""
        others = {"root", "www-data", self.host.deployer}
        others |= {target.admin for target in self.targets.values()}
        if "postgresql" in self.packages:
            others |= POSTGRESQL_NAMES
        if self.app.name in others:
            taken = PydanticCustomError("taken", "Another user of the hosts has this name")
            place: Any = {"type": taken, "loc": ("app", "name"), "input": self.app.name}
            raise ValidationError.from_exception_data("Config", [place])
        return self

    def target(self, name: str) -> TargetConfig:
        """The target of that name. Raises ConfigError if deploy.yml has none."""
        if name not in self.targets:
            known = ", ".join(self.targets)
            raise ConfigError(f"no target '{name}' in deploy.yml", hint=f"Targets there: {known}.")
        return self.targets[name]

    @property
    def packages(self) -> tuple[str, ...]:
        """What the app needs from the distribution, its database server included."""
        needed = self.host.packages
        if self.app.database == "postgresql" and "postgresql" not in needed:
            return (*needed, "postgresql")
        return needed

    @property
    def root(self) -> PurePosixPath:
        """The site's directory on every host."""
        return PurePosixPath("/srv") / self.app.name


def load(path: Path) -> Config:
    """Reads and checks deploy.yml. Raises ConfigError for all that is wrong in it, at once."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"can't read {path}: {error}", hint="Name another file with --config."
        ) from None
    return parse(text, path)


def parse(text: str, path: Path = Path("deploy.yml")) -> Config:
    """Text of a deploy.yml -> Config. `path` is where it stands, for messages and other paths."""
    name = str(path)
    try:
        tree, data = _read(text)
    # A date that no calendar has is a ValueError.
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"{name} is not YAML", details=str(error)) from None
    if not isinstance(data, dict):
        raise ConfigError(f"{name} must be a mapping with app: and targets:")
    if twice := list(_keys_given_twice(tree)):
        raise ConfigError(f"{name} gives keys twice", details="\n".join(twice))
    try:
        return Config.model_validate(data, context=path.absolute().parent)
    except ValidationError as error:
        lines = [
            f"{name}:{_line(tree, issue['loc'])}: {'.'.join(map(str, issue['loc']))}: {_plain(issue)}"
            for issue in error.errors()
        ]
        raise ConfigError(
            f"{name} has {len(lines)} mistake{'s' if len(lines) > 1 else ''}",
            details="\n".join(lines),
            hint="docs/configuration.md has every key with its type and default.",
        ) from None


def _read(text: str) -> tuple[yaml.Node | None, Any]:
    """The tree, which knows the lines, and what it stands for."""
    loader = yaml.SafeLoader(text)
    tree = loader.get_single_node()
    return tree, loader.construct_document(tree) if tree else None


def _keys_given_twice(node: yaml.Node | None) -> Iterator[str]:
    """YAML itself would take the last one without a word."""
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from _keys_given_twice(child)
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield f"line {key.start_mark.line + 1}: {key.value}"
            seen.add(key.value)
            yield from _keys_given_twice(value)


def _line(node: yaml.Node | None, location: tuple[int | str, ...]) -> int:
    """Line of the deepest part of the path that is there: a missing key has none of its own."""
    line = 1
    for key in location:
        child = _child(node, key)
        if child is None:
            break
        line, node = child
    return line


def _child(node: yaml.Node | None, key: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            if key_node.value == str(key):
                return key_node.start_mark.line + 1, value_node
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key].start_mark.line + 1, node.value[key]
    return None


def _plain(issue: Any) -> str:
    if issue["type"] == "extra_forbidden":
        return "unknown key"
    if issue["type"] == "missing":
        return "missing"
    # What was given helps to find it, but could be long: it's one value of a config file.
    return f"{issue['msg']} (given: {issue['input']!r:.60})"
