"""The whole configuration: each value of deploy.yml with its default, and where it comes from. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from understudy.config import spots, words, yaml_text
from understudy.config.app import PRESETS
from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.errors import ConfigError, did_you_mean

Place = tuple[str, ...]
DEFAULT = "default"
# Those of the VM, unless deploy.yml has them.
_CAPTURED = "default; on the VM as captured, if production was"
_OF_CAPTURES = {
    *(("vm", key) for key in ("release", "memory", "cpus")),
    *(("host", key) for key in ("locale", "timezone")),
}
_COLUMN = 44


@dataclass(frozen=True)
class Setting:
    """value: of JSON's types. origin: `deploy.yml:12`, `preset django`, `default`, or what it follows from."""

    place: Place
    value: Any
    origin: str

    @property
    def key(self) -> str:
        return ".".join(self.place)


def settings(config: Config, text: str, name: str) -> list[Setting]:
    """Each value in the order of docs/configuration.md. text, name: of deploy.yml."""
    tree, _ = yaml_text.read(text)
    derived = _derived(config)
    found = []
    for place, value in _leaves(_dumped(config), ()):
        if spots.node_of(tree, place) is not None:
            line = spots.spot_of(tree, place, at_key=True).line
            found.append(Setting(place, value, f"{name}:{line}"))
        elif place in derived:
            found.append(Setting(place, *derived[place]))
        else:
            found.append(Setting(place, value, _unset(config, place, value)))
    return found


def chosen(found: Iterable[Setting], key: str) -> list[Setting]:
    """Those of that key or below it. Raises ConfigError if there are none."""
    place = tuple(key.split("."))
    every = list(found)
    if below := [one for one in every if one.place[: len(place)] == place]:
        return below
    known = {".".join(one.place[: end + 1]) for one in every for end in range(len(one.place))}
    raise ConfigError(
        f"deploy.yml has no key {key}{did_you_mean(key, sorted(known))}",
        hint="`python deploy.py config` lists all of them.",
    )


def as_yaml(found: Iterable[Setting]) -> str:
    """The configuration as YAML, each value with its origin as a comment."""
    lines: list[str] = []
    above: Place = ()
    for one in found:
        same = _same(above, one.place[:-1])
        new = range(same, len(one.place) - 1)
        lines += [f"{'  ' * depth}{words.flow(one.place[depth])}:" for depth in new]
        above = one.place[:-1]
        line = f"{'  ' * len(above)}{words.flow(one.place[-1])}: {words.flow(one.value)}"
        lines.append(f"{line.ljust(_COLUMN)}  # {one.origin}")
    return "\n".join(lines)


def _same(one: Place, other: Place) -> int:
    """How many parts they have in common at their begin."""
    pairs = list(zip(one, other, strict=False))
    return next((at for at, (a, b) in enumerate(pairs) if a != b), len(pairs))


def _dumped(config: Config) -> dict[str, Any]:
    """As deploy.yml could have it: without keys that exclude others which are there."""
    dumped = config.model_dump(mode="json", by_alias=True)
    dumped["services"] = {name: one for name, one in dumped["services"].items() if one}
    dumped["data"]["tables"] = {
        table: {name: _rule(one) for name, one in columns.items()} if columns else "drop"
        for table, columns in dumped["data"]["tables"].items()
    }
    if config.app.database != "external":
        del dumped["app"]["database_url"]
    for name, target in config.targets.items():
        _without_unused(dumped["targets"][name], target)
    return dumped


def _rule(rule: Mapping[str, str]) -> Any:
    return {rule["kind"]: rule["text"]} if rule["text"] else rule["kind"]


def _without_unused(keys: dict[str, Any], target: TargetConfig) -> None:
    """One name is a `domain`, one host an `address`; an issuer is for who asks one."""
    is_one = len(target.site_names) == 1 and target.domain
    unused = {"domains" if is_one else "domain"}
    hosts = {"address": target.address, "addresses": target.addresses, "hosts": target.host_list}
    unused |= (
        {key for key, given in hosts.items() if not given}
        if any(hosts.values())
        else {"address", "hosts"}
    )
    if target.https != "auto":
        unused.add("acme")
    for key in unused:
        del keys[key]


def _leaves(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    """An empty mapping is a value."""
    if not isinstance(value, Mapping) or not value:
        yield place, value
        return
    for key, one in value.items():
        yield from _leaves(one, (*place, str(key)))


def _unset(config: Config, place: Place, value: Any) -> str:
    part, *rest = place
    preset = PRESETS[config.app.preset]
    if part == "app" and rest[0] in preset and value == _plain(preset[rest[0]]):
        return f"preset {config.app.preset}"
    return _CAPTURED if place in _OF_CAPTURES else DEFAULT


def _plain(value: Any) -> Any:
    return yaml.safe_load(words.flow(value))


def _derived(config: Config) -> dict[Place, tuple[Any, str]]:
    """Values that follow from others: place -> value, and from what."""
    found: dict[Place, tuple[Any, str]] = {
        ("app", "proxy_read_timeout"): (config.app.nginx_waits, "app.request_timeout"),
    }
    if config.app.static_directory and config.app.preset == "plain":
        found["app", "static_url"] = (config.app.static_url, "app.static_directory")
    if config.vm.stands_for != type(config.vm).model_fields["stands_for"].default:
        found["vm", "stands_for"] = (config.vm.stands_for, "the only target that stays")
    for name, target in config.targets.items():
        mail = "capture" if target.captures_mail else "off"
        found["targets", name, "domain"] = (target.domain, f"targets.{name}.domains")
        found["targets", name, "noindex"] = (target.is_noindex, f"targets.{name}.disposable")
        found["targets", name, "mail"] = (mail, f"targets.{name}.disposable")
    return found
