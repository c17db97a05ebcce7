"""What was found in an app's repository, what could not be found, and the deployment that follows. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self


@dataclass(frozen=True)
class Found:
    """A value of deploy.yml. why: what it was decided by, with file and line if it's written somewhere.

    is_sure: one that is not is written as a comment.
    """

    value: Any
    why: str
    is_sure: bool = True


@dataclass(frozen=True)
class Unknown:
    """What the repository doesn't show. line: what to fill in, and where. key: of deploy.yml, if it's one."""

    what: str
    line: str
    key: str = ""


@dataclass(frozen=True)
class Deployment:
    """What deploy.yml will say, and why. Names of keys -> values, in the file's order.

    kind: in words, such as `Django 5.2`. environment: variables that are no secrets. secrets: names of
    those that each host makes up. files: paths of further files -> their texts. page: path of the page that the
    first browser test opens. staging: variables of the VM alone. notes: what Understudy doesn't do
    for this app.
    """

    kind: str = ""
    app: Mapping[str, Found] = field(default_factory=dict)
    environment: Mapping[str, Found] = field(default_factory=dict)
    secrets: Mapping[str, Found] = field(default_factory=dict)
    host: Mapping[str, Found] = field(default_factory=dict)
    processes: Mapping[str, Found] = field(default_factory=dict)
    timers: Mapping[str, Found] = field(default_factory=dict)
    services: Mapping[str, Found] = field(default_factory=dict)
    vm: Mapping[str, Found] = field(default_factory=dict)
    staging: Mapping[str, Found] = field(default_factory=dict)
    production: Mapping[str, Found] = field(default_factory=dict)
    files: Mapping[str, Found] = field(default_factory=dict)
    page: str = "/"
    unknown: tuple[Unknown, ...] = ()
    notes: tuple[str, ...] = ()

    def with_more(self, other: Self) -> "Deployment":
        """Both; where both have a value, the other's. Lists of the same key are joined."""
        return Deployment(
            kind=other.kind or self.kind,
            app={**self.app, **other.app},
            environment={**self.environment, **other.environment},
            secrets={**self.secrets, **other.secrets},
            host=_joined(self.host, other.host),
            processes={**self.processes, **other.processes},
            timers={**self.timers, **other.timers},
            services=_for_both(self.services, other.services),
            vm={**self.vm, **other.vm},
            staging={**self.staging, **other.staging},
            production={**self.production, **other.production},
            files={**self.files, **other.files},
            page=self.page if other.page == "/" else other.page,
            unknown=(*self.unknown, *other.unknown),
            notes=(*self.notes, *other.notes),
        )

    def without(self, key: str) -> "Deployment":
        """The same, but for what was unknown about that key."""
        return replace(self, unknown=tuple(one for one in self.unknown if one.key != key))


def _for_both(one: Mapping[str, Found], other: Mapping[str, Found]) -> dict[str, Found]:
    """A server that one part of the app needs as a queue must not forget anything, whatever the other needs."""
    queues = {name for name, found in one.items() if found.value.get("for") == "queue"}
    kept = {name: found for name, found in one.items() if name in queues or name not in other}
    return {**other, **kept}


def _joined(one: Mapping[str, Found], other: Mapping[str, Found]) -> dict[str, Found]:
    joined = {**one, **other}
    for key in one.keys() & other.keys():
        if isinstance(one[key].value, list):
            values = list(dict.fromkeys([*one[key].value, *other[key].value]))
            joined[key] = Found(values, f"{one[key].why}; {other[key].why}")
    return joined
