"""The part `services` of deploy.yml: servers beside the app, which outlive its releases."""

from collections.abc import Mapping
from string import Formatter
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from understudy.config.base import Strict
from understudy.config.checks import mistake
from understudy.config.mistakes import validation_error
from understudy.config.values import Memory, VariableName

# A placeholder of `environment` -> the service that it is about.
PLACEHOLDERS: Mapping[str, str] = {
    "memcached": "memcached",
    "memcached_url": "memcached",
    "rabbitmq_url": "rabbitmq",
    "redis_url": "redis",
    "valkey_url": "valkey",
}
# Of the distribution; provision/00-settings.sh installs them.
PACKAGES: Mapping[str, str] = {
    "memcached": "memcached",
    "rabbitmq": "rabbitmq-server",
    "redis": "redis-server",
    "valkey": "valkey-server",
}
_LEAST_MEBIBYTES = 16


def mebibytes(memory: str) -> int:
    """A size of systemd, as 1G -> MiB, rounded down."""
    kibibytes = {"K": 1, "M": 1024, "G": 1024 * 1024}
    return int(memory[:-1]) * kibibytes[memory[-1]] // 1024


def _enough(memory: str) -> str:
    if mebibytes(memory) < _LEAST_MEBIBYTES:
        raise mistake(f"must be at least {_LEAST_MEBIBYTES}M")
    return memory


DataMemory = Annotated[Memory, AfterValidator(_enough)]


class Service(Strict):
    """One server of the site, set up by provisioning. url_from: the secret with the URL of one that is
    managed elsewhere; then nothing is set up.
    """

    url_from: VariableName | None = None

    @model_validator(mode="after")
    def leave_alone_what_is_managed_elsewhere(self) -> Self:
        for name in sorted(self.model_fields_set - {"url_from"}):
            if self.url_from is not None:
                key = type(self).model_fields[name].alias or name
                text = "must not be set with `url_from`: it is up to who manages that server"
                raise validation_error("elsewhere", text, key, given=getattr(self, name))
        return self


class Store(Service):
    """Redis or Valkey. memory: of its data, after which a cache forgets what was not used for the longest
    time, and a queue refuses writes. A queue is kept on the disk, a cache is not.
    """

    memory: DataMemory = "64M"
    purpose: Literal["cache", "queue"] = Field(default="queue", alias="for")


class Memcached(Service):
    """memory: of its data, after which it forgets what was not used for the longest time."""

    memory: DataMemory = "64M"


class Services(Strict):
    """None: the site has no such service."""

    redis: Store | None = None
    memcached: Memcached | None = None
    rabbitmq: Service | None = None
    valkey: Store | None = None

    def all(self) -> Mapping[str, Service]:
        """Name -> settings of those that the site has."""
        values = ((name, getattr(self, name)) for name in type(self).model_fields)
        return {name: value for name, value in values if value is not None}

    def here(self) -> Mapping[str, Service]:
        """Those that run on the site's hosts."""
        return {name: value for name, value in self.all().items() if value.url_from is None}

    def elsewhere(self) -> Mapping[str, str]:
        """Name -> the secret with the URL, of those that are managed elsewhere."""
        return {name: value.url_from for name, value in self.all().items() if value.url_from}

    def words(self) -> tuple[str, ...]:
        """For provisioning: `redis=for:queue,memory:64M`. The Vagrantfile makes the same."""
        return tuple(f"{name}={_settings(one)}" for name, one in sorted(self.here().items()))


def _settings(service: Service) -> str:
    given = service.model_dump(by_alias=True, exclude={"url_from"})
    return ",".join(f"{key}:{value}" for key, value in sorted(given.items()))


def _by_name(given: Any) -> Any:
    """A list of names, each alone or with its settings -> a mapping. A name without settings has defaults."""
    pairs = given.items() if isinstance(given, dict) else _pairs(given)
    return {name: {} if settings is None else settings for name, settings in pairs}


def _pairs(given: Any) -> list[tuple[str, Any]]:
    if not isinstance(given, list | tuple):
        raise mistake('must be a list, for example ["redis"], or a mapping')
    pairs: list[tuple[str, Any]] = []
    for place, one in enumerate(given):
        pair = _pair(one, place)
        if pair[0] in dict(pairs):
            raise validation_error("twice", "is in the list twice", place, given=pair[0])
        pairs.append(pair)
    return pairs


def _pair(one: Any, place: int) -> tuple[str, Any]:
    match one:
        case str():
            return one, None
        case dict() if len(one) == 1:
            [(name, settings)] = one.items()
            return str(name), settings
    example = "must be a name, or one with its settings, for example {redis: {memory: 128M}}"
    raise validation_error("service", example, place, given=one)


AllServices = Annotated[Services, BeforeValidator(_by_name)]


def refuse_missing(services: Services, environment: Mapping[str, str], *place: str) -> None:
    """Raises the mistake of a variable that names a service which the site has not. place: of its part."""
    for variable, value in environment.items():
        for field, service in named_in(value).items():
            if service not in services.all():
                missing = f"names {{{field}}}, and `services` has no {service}"
                where = (*place, "environment", variable)
                raise validation_error("service", missing, *where, given=value)


def named_in(value: str) -> dict[str, str]:
    """The placeholders about services in a value of `environment` -> their services."""
    fields = {field for _, field, _, _ in Formatter().parse(value) if field}
    return {field: PLACEHOLDERS[field] for field in sorted(fields) if field in PLACEHOLDERS}
