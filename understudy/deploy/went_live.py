"""What a deploy or a rollback has done on one host, as a value. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from understudy.local.numbers import number_of
from understudy.report.answer import Answer


@dataclass(frozen=True)
class Requests:
    """Of the prober, while the release went live."""

    sent: int
    lost: int


@dataclass(frozen=True)
class WentLive(Answer):
    """release: the live one now; previous: the one before, None without. url: of the site.

    switched_at: None if that release was live already; changed: False if nothing was done at all. seconds: of
    all that was done. requests: None if none were sent.
    """

    target: str
    host: str
    release: str
    commit: str
    previous: str | None
    url: str
    changed: bool
    switched_at: datetime | None
    seconds: float
    requests: Requests | None


@dataclass(frozen=True)
class Deployed(WentLive):
    event: ClassVar[str] = "deploy"

    def text(self) -> str:
        if not self.changed:
            return f"{self.release} is already live on {self.target}: nothing to do"
        return f"{self.release} is live on {self.target} at {self.url}"


@dataclass(frozen=True)
class RolledBack(WentLive):
    event: ClassVar[str] = "rollback"

    def text(self) -> str:
        return f"{self.release} is live on {self.target} again"


@dataclass(frozen=True)
class SwitchedTogether(Answer):
    """hosts: when each of those that share their data has switched. seconds: from the first to the last."""

    event: ClassVar[str] = "switched"

    target: str
    release: str
    hosts: Mapping[str, datetime]
    seconds: float

    @classmethod
    def of(cls, target: str, release: str, hosts: Mapping[str, datetime]) -> Self:
        spread = max(hosts.values()) - min(hosts.values())
        return cls(target, release, dict(hosts), round(spread.total_seconds(), 3))

    def text(self) -> str:
        first = min(self.hosts.values())
        later = (f"{host} +{(at - first).total_seconds():.2f} s" for host, at in self.hosts.items())
        return f"{number_of(len(self.hosts), 'host')} switched within {self.seconds:.2f} s: {', '.join(later)}"
