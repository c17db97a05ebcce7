"""What a smaller verb has done with the live release of a host, as a value. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from understudy.report.answer import Answer


@dataclass(frozen=True)
class Restored(Answer):
    """backup: its name. release: the live one, which has that data now."""

    event: ClassVar[str] = "restore"

    target: str
    host: str
    backup: str
    release: str
    commit: str

    def text(self) -> str:
        return f"{self.release} is live on {self.target} with the data of {self.backup}"


@dataclass(frozen=True)
class MaintenanceTurned(Answer):
    """on: whether visitors get its page now. changed: False if it was off before.

    since, until: None if it is off, or has no expected end. message: for visitors. allow: who sees the site.
    """

    event: ClassVar[str] = "maintenance"

    target: str
    host: str
    on: bool
    changed: bool
    since: datetime | None = None
    until: datetime | None = None
    message: str = ""
    allow: tuple[str, ...] = ()

    def text(self) -> str:
        """When it is on, what describes it says more."""
        if self.on:
            return f"python deploy.py maintenance off --target {self.target} ends it"
        already = "" if self.changed else " already"
        return f"maintenance is off{already} for {self.target}"


@dataclass(frozen=True)
class Restarted(Answer):
    """processes: their names; `web` for gunicorn's workers."""

    event: ClassVar[str] = "restart"

    target: str
    host: str
    release: str
    processes: tuple[str, ...]

    def text(self) -> str:
        return f"{', '.join(self.processes)} of {self.release} restarted on {self.target} ({self.host})"


@dataclass(frozen=True)
class ProxyDeployed(Answer):
    """The nginx and HAProxy files of a proxy's host. changed: False if they were as deploy.yml says."""

    event: ClassVar[str] = "proxy"

    target: str
    host: str
    changed: bool

    def text(self) -> str:
        if self.changed:
            return f"the proxy {self.host} of {self.target} is as deploy.yml says"
        return f"the proxy {self.host} of {self.target}: nothing to do"


@dataclass(frozen=True)
class Drained(Answer):
    """on: whether the host gets no requests now. changed: False if that was so before.

    by, since: who has drained it; "" and None if that is not known, and if it was not drained.
    """

    event: ClassVar[str] = "drain"

    target: str
    host: str
    on: bool
    changed: bool
    by: str = ""
    since: datetime | None = None

    def text(self) -> str:
        if self.on:
            off = f"python deploy.py drain off --host {self.host} --target {self.target}"
            return f"{self.host} is drained{self._already} until {off}"
        if self.changed:
            return f"{self.host} gets requests again"
        return f"{self.host} is not drained: nothing to do"

    @property
    def _already(self) -> str:
        if self.changed:
            return ""
        since = f", since {self.since:%Y-%m-%d %H:%M} UTC" if self.since else ""
        return f" already{f', by {self.by}' if self.by else ''}{since}: nothing to do. It stays so"


@dataclass(frozen=True)
class Scaled(Answer):
    """processes: how many of each name run until the next deploy."""

    event: ClassVar[str] = "scale"

    target: str
    host: str
    release: str
    processes: Mapping[str, int]

    def text(self) -> str:
        wanted = " ".join(f"{name}={count}" for name, count in self.processes.items())
        return f"{wanted} on {self.target} until the next deploy"
