"""The app's environment: values of deploy.yml with their placeholders filled in, quoted for a shell. Pure."""

from collections.abc import Mapping

from understudy.config.model import Config
from understudy.config.services import PLACEHOLDERS, named_in
from understudy.config.target import TargetConfig
from understudy.errors import ConfigError
from understudy.release.layout import Paths


class Quoted(str):
    """A value that is quoted already: it refers to a variable which only the host knows."""

    __slots__ = ()


def environment(config: Config, target: TargetConfig, release_id: str) -> dict[str, str]:
    """Those that name a service are Quoted: its password is made on the host."""
    places, references = _places(config, target, release_id), _references(config)
    merged = {"LANG": config.host.locale, **config.app.environment, **target.environment}
    return {
        name: _quoted(value, places, references) if named_in(value) else value.format_map(places)
        for name, value in merged.items()
    }


def quote_shell(value: object) -> str:
    """A value in double quotes, with the escapes that both sh and systemd know.

    Raises ConfigError for a line break.
    """
    return value if isinstance(value, Quoted) else f'"{_escaped(str(value))}"'


def variables_of_the_host(config: Config) -> Mapping[str, str]:
    """Placeholder -> the variable that has its value on the host."""
    elsewhere = config.services.elsewhere()
    return {
        field: elsewhere.get(service, f"UNDERSTUDY_{field.upper()}")
        for field, service in PLACEHOLDERS.items()
        if service in config.services.all()
    }


def _places(config: Config, target: TargetConfig, release_id: str) -> dict[str, str]:
    paths = Paths(config.root)
    return {
        "database": str(paths.database),
        "domain": target.domain,
        "domains": ",".join(target.domains),
        "media": str(paths.media),
        "origin": target.origin,
        "origins": ",".join(target.origins),
        "release": release_id,
        "static": str(paths.release(release_id) / "static"),
    }


def _references(config: Config) -> dict[str, str]:
    """Placeholder -> how a shell refers to it. Without a value the command ends with the message."""
    variables = variables_of_the_host(config)
    missing = "is not set: provision this host, or set this secret"
    return {field: f"${{{variable}:?{missing}}}" for field, variable in variables.items()}


def _quoted(value: str, places: Mapping[str, str], references: Mapping[str, str]) -> Quoted:
    escaped = {name: _escaped(place) for name, place in places.items()}
    return Quoted(f'"{_escaped(value).format_map({**escaped, **references})}"')


def _escaped(text: str) -> str:
    if "\n" in text or "\r" in text or "\0" in text:
        raise ConfigError("a value of environment: in deploy.yml has a line break")
    for special in '\\"$`':
        text = text.replace(special, "\\" + special)
    return text
