"""What a deploy or a rollback has done on one host, as a value. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

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
