"""deploy.yml -> Config: one frozen value, checked in full before anything is touched.

A message names the key's path and the line it stands in.
"""

from collections.abc import Iterable, Mapping
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

from understudy.config import mistakes
from understudy.config.base import Strict
from understudy.config.certificate import Certificate
from understudy.config.data import Data
from understudy.config.loosened import Loosened, Reason
from understudy.config.mistakes import validation_error
from understudy.config.parity import Parity
from understudy.errors import ConfigError

# User names, unit names, paths and host names on a server.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
Domain = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")]
Locale = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]+(_[A-Z]+)?(\.UTF-8)?$")]
TimeZone = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$")]
Package = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.+-]*[a-z0-9.+]$")]
Address = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.:-]*$")]
UrlPath = Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9._~/-]*$")]
# Without the slash at its end, nginx would serve `/static../x` from beside the directory.
UrlDirectory = Annotated[str, StringConstraints(pattern=r"^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/$")]
VariableName = Annotated[str, StringConstraints(pattern=r"^[A-Z_][A-Z0-9_]*$")]
NginxSize = Annotated[str, StringConstraints(pattern=r"^[0-9]+[kmg]?$")]
Memory = Annotated[str, StringConstraints(pattern=r"^[0-9]+[KMG]$")]
NginxTime = Annotated[str, StringConstraints(pattern=r"^(max|off|[0-9]+[smhdMy]?)$")]
Module = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_][\w.()]*$")]
OneLine = Annotated[str, StringConstraints(pattern=r"^[^\n\r\x00]*$")]
Engine = Literal["sqlite", "postgresql"]


def _beside_deploy_yml(value: Any, info: ValidationInfo) -> Any:
    """A path is relative to the file it stands in, wherever one works."""
    beside = Path(info.context or ".")
    return beside / Path(value).expanduser() if isinstance(value, str) else value


FilePath = Annotated[Path, BeforeValidator(_beside_deploy_yml)]
Argv = Annotated[tuple[str, ...], Field(min_length=1)]
# Users and databases that a PostgreSQL server comes with, and words that no role may be called.
POSTGRESQL_NAMES = {"postgres", "template0", "template1", "public", "none"}

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
    loosen: Mapping[Loosened, Reason] = {}
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
    proxy_buffer_size: NginxSize = "8k"
    environment: Mapping[VariableName, OneLine] = {}
    database: Engine = "sqlite"
    request_timeout: int = Field(default=30, ge=1, le=3600)
    drain_timeout: int = Field(default=30, ge=0, le=3600)
    start_timeout: int = Field(default=60, ge=1, le=3600)
    command_timeout: int = Field(default=1800, ge=1, le=86400)
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
    """The staging VM. memory in MiB, snapshots_disk in GiB, boot_timeout in s. stands_for: a target."""

    name: Name = "understudy"
    release: Literal["bookworm", "trixie"] = "bookworm"
    memory: int = Field(default=1024, ge=512)
    cpus: int = Field(default=2, ge=1)
    address: Address | Literal[""] = ""
    boot_timeout: int = Field(default=300, ge=10)
    stands_for: Name = "production"
    snapshots_disk: int = Field(default=4, ge=1)


class TargetConfig(Strict):
    """A named place to deploy to, one SSH host or several, and what is different about it.

    address: of its one host, "" if it has several or none yet. max_unavailable: changed at a time.
    """

    domain: Domain
    address: Address = ""
    addresses: tuple[Address, ...] = ()
    max_unavailable: int = Field(default=1, ge=1)
    port: int = Field(default=22, ge=1, le=65535)
    admin: Name
    key: FilePath | None = None
    known_hosts: FilePath | None = None
    certificate: Certificate | None = None
    require_clean: bool = False
    disposable: bool = False
    require_receipt: bool = True
    probe: Literal["ssh", "public"] = "ssh"
    environment: Mapping[VariableName, OneLine] = {}

    @model_validator(mode="after")
    def know_each_host_once(self) -> Self:
        if not self.address and not self.addresses and not self.disposable:
            raise validation_error("missing", "Missing", "address")
        if self.address and self.addresses:
            both = "Give either address or addresses"
            raise validation_error("both", both, "addresses", given=self.addresses)
        for place, address in enumerate(self.addresses):
            if address in self.addresses[:place]:
                raise validation_error(
                    "twice",
                    "Another host of the target has this address",
                    "addresses",
                    place,
                    given=address,
                )
        return self

    def hosts(self) -> tuple[Self, ...]:
        """A target for each host, as if it were the only one."""
        changes = ({"address": address, "addresses": ()} for address in self.addresses)
        return tuple(self.model_copy(update=change) for change in changes) or (self,)


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
    parity: Parity = Parity()
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
            taken = "Another user of the hosts has this name"
            raise validation_error("taken", taken, "app", "name", given=self.app.name)
        return self

    def target(self, name: str) -> TargetConfig:
        """The target of that name. Raises ConfigError if deploy.yml has none."""
        if name not in self.targets:
            known = ", ".join(self.targets)
            raise ConfigError(f"no target '{name}' in deploy.yml", hint=f"Targets there: {known}.")
        return self.targets[name]

    def hosts(self, name: str, address: str | None = None) -> tuple[TargetConfig, ...]:
        """The hosts of that target: all, or the one of that address. Raises ConfigError without any."""
        hosts = self.target(name).hosts()
        chosen = tuple(host for host in hosts if address in (None, host.address))
        if not chosen:
            raise ConfigError(f"{name} has no host {address}", hint=f"Its hosts: {_listed(hosts)}.")
        return chosen

    def one_host(self, name: str, address: str | None = None) -> TargetConfig:
        """The only host of that target, or the one of that address. Raises ConfigError otherwise."""
        hosts = self.hosts(name, address)
        if len(hosts) > 1:
            hint = f"Choose it with --host: {_listed(hosts)}."
            raise ConfigError(f"{name} has {len(hosts)} hosts, and this is about one", hint=hint)
        return hosts[0]

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


def _listed(hosts: Iterable[TargetConfig]) -> str:
    return ", ".join(host.address for host in hosts)


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
        tree, data = mistakes.read(text)
    # A date that no calendar has is a ValueError.
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(
            f"{name} is not YAML",
            details=str(error),
            hint="Indent by spaces. A text with `: ` or ` #`, or that begins with a sign, needs quotes.",
        ) from None
    if not isinstance(data, dict):
        raise ConfigError(f"{name} must be a mapping with app: and targets:")
    if twice := list(mistakes.keys_given_twice(tree)):
        raise ConfigError(f"{name} gives keys twice", details="\n".join(twice))
    try:
        return Config.model_validate(data, context=path.absolute().parent)
    except ValidationError as error:
        lines = mistakes.format_errors(error, tree, name)
        raise ConfigError(
            f"{name} has {len(lines)} mistake{'s' if len(lines) > 1 else ''}",
            details="\n".join(lines),
            hint="docs/configuration.md has every key with its type and default.",
        ) from None
