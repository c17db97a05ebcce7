"""Releases: where they lie on a host, what they are called, in which order, which ones are kept."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Paths:
    """All places of one site on a host. See the layout in docs/how-it-works.md."""

    root: PurePosixPath

    @property
    def current(self) -> PurePosixPath:
        return self.root / "current"

    @property
    def releases(self) -> PurePosixPath:
        return self.root / "releases"

    @property
    def venvs(self) -> PurePosixPath:
        return self.root / "venvs"

    @property
    def cache(self) -> PurePosixPath:
        return self.root / "cache"

    @property
    def packages(self) -> PurePosixPath:
        return self.cache / "packages"

    @property
    def staged(self) -> PurePosixPath:
        return self.cache / "files"

    @property
    def lock(self) -> PurePosixPath:
        return self.root / "lock"

    @property
    def database(self) -> PurePosixPath:
        return self.root / "shared" / "database"

    @property
    def media(self) -> PurePosixPath:
        return self.root / "shared" / "media"

    @property
    def env(self) -> PurePosixPath:
        return self.root / "shared" / "env"

    def release(self, release_id: str) -> PurePosixPath:
        return self.releases / release_id

    def static(self, release_id: str) -> PurePosixPath:
        return self.root / "static" / release_id

    def socket(self, release_id: str) -> PurePosixPath:
        return PurePosixPath("/run") / self.root.name / f"{release_id}.sock"


@dataclass(frozen=True)
class Manifest:
    """What a release is made of. deployed_at: ISO 8601, UTC. Kept as manifest.json in the release."""

    id: str
    commit: str
    lock: str
    deployed_at: str
    deployed_by: str

    def to_dict(self) -> dict[str, str]:
        return asdict(self)


def release_id(commit: str, contents: Sequence[str]) -> str:
    """A release's name: its commit, for people, and a digest of all that it's made of."""
    digest = sha256("\0".join(contents).encode()).hexdigest()
    return f"{commit[:8]}-{digest[:8]}"


def newest_first(releases: Sequence[Manifest]) -> list[Manifest]:
    return sorted(releases, key=lambda release: (release.deployed_at, release.id), reverse=True)


def to_remove(releases: Sequence[Manifest], current: str | None, keep: int) -> list[Manifest]:
    """The releases that retention lets go: all but the newest `keep`, and never what serves."""
    kept = [release for release in newest_first(releases) if release.id != current]
    spare = keep - (current is not None)
    return kept[max(spare, 0) :]
