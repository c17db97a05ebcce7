"""Releases: where they lie on a host, what they are called, in which order, which ones are kept."""

from collections.abc import Sequence, Set
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import PurePosixPath

# At this address of the host nginx leads to the release that the link `candidate` names.
CANDIDATE_ADDRESS = "127.0.0.2"
# The interpreter that programs of unpacked packages name, in place of the one of the environment that
# they end up in.
INTERPRETER = "/ENVIRONMENT/bin/python"


@dataclass(frozen=True)
class Paths:
    """All places of one site on a host. See the layout in docs/how-it-works.md."""

    root: PurePosixPath

    @property
    def current(self) -> PurePosixPath:
        return self.root / "current"

    @property
    def previous(self) -> PurePosixPath:
        """What served before `current` did: pages that are open still ask for its static files."""
        return self.root / "previous"

    @property
    def candidate(self) -> PurePosixPath:
        """What nginx is asked for before it goes live: see understudy/commands/candidate.py."""
        return self.root / "candidate"

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
    def backups(self) -> PurePosixPath:
        return self.root / "shared" / "backups"

    @property
    def env(self) -> PurePosixPath:
        return self.root / "shared" / "env"

    def release(self, release_id: str) -> PurePosixPath:
        return self.releases / release_id

    def served_mark(self, release_id: str) -> PurePosixPath:
        """There once the release was switched to and answered: only then can one go back to it."""
        return self.release(release_id) / "served"

    def static(self, release_id: str) -> PurePosixPath:
        return self.root / "static" / release_id

    def static_mark(self, release_id: str) -> PurePosixPath:
        """Says what the static files were made from: see templates/understudy_static.py."""
        return self.root / "static" / f"{release_id}.made"

    def hold(self, release_id: str) -> PurePosixPath:
        """As long as it's there, and the deploy at work, a started release does not load the app. Removed
        by templates/commands.py, or else by `understudy-site start`.
        """
        return PurePosixPath("/run") / self.root.name / f"{release_id}.hold"

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
    """The one order of releases: listing, rollback and retention all go by it."""
    return sorted(releases, key=lambda release: (release.deployed_at, release.id), reverse=True)


def before(releases: Sequence[Manifest], current: str | None, served: Set[str]) -> Manifest | None:
    """The release that a rollback goes to: the newest that has served and is older than `current`."""
    order = newest_first(releases)
    ids = [release.id for release in order]
    older = order[ids.index(current) + 1 :] if current in ids else []
    return next((release for release in older if release.id in served), None)


def to_remove(
    releases: Sequence[Manifest], current: str | None, served: Set[str], keep: int
) -> list[Manifest]:
    """What retention lets go: all but what serves, the newest that have served and the last failed.

    keep: how many that have served are kept, the one that serves now among them.
    """
    others = [release for release in newest_first(releases) if release.id != current]
    good = [release for release in others if release.id in served]
    failed = [release for release in others if release.id not in served]
    kept = {release.id for release in (*good[: keep - (current is not None)], *failed[:1])}
    return [release for release in others if release.id not in kept]
