"""The releases on a host, as they are listed. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Self

from understudy.host.facts import ObservedState
from understudy.release.layout import newest_first
from understudy.report.answer import Answer


@dataclass(frozen=True)
class ListedRelease:
    """deployed_by: as "ann@desk". state: live; good if it was live before, so
    that a rollback can go to it; failed.
    """

    id: str
    commit: str
    deployed_at: datetime
    deployed_by: str
    state: str


@dataclass(frozen=True)
class ReleaseList(Answer):
    """releases: the newest first. live: the id of the live one, None without."""

    event: ClassVar[str] = "releases"

    target: str
    host: str
    live: str | None
    releases: tuple[ListedRelease, ...]

    @classmethod
    def of(cls, target: str, host: str, observed: ObservedState) -> Self:
        listed = (
            ListedRelease(
                one.id,
                one.commit,
                datetime.fromisoformat(one.deployed_at).astimezone(UTC),
                one.deployed_by,
                _state(one.id, observed),
            )
            for one in newest_first(observed.releases)
        )
        return cls(target, host, observed.current, tuple(listed))

    def text(self) -> str:
        if not self.releases:
            return f"{self.target} has no release yet"
        return "\n".join(map(_line, self.releases))


def _line(one: ListedRelease) -> str:
    at = f"{one.deployed_at:%Y-%m-%d %H:%M} UTC"
    return f"{one.id}  {at}  {one.state:8}  {one.commit[:12]}  by {one.deployed_by}"


def _state(release: str, observed: ObservedState) -> str:
    if release == observed.current:
        return "live"
    return "good" if release in observed.served else "failed"
