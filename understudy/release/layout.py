"""Releases: their places on a host, their names and order, and which of them are kept."""

from collections.abc import Sequence, Set
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import PurePosixPath

# At this address of the host nginx leads to the release that the link `candidate` names.
CANDIDATE_ADDRESS = "127.0.0.2"
LONGEST_SUBJECT = 120
# The interpreter in programs of unpacked packages; each environment puts its own in its place.
INTERPRETER = "/ENVIRONMENT/bin/python"


@dataclass(frozen=True)
class Paths:
    """All paths of one site on a host: see docs/how-it-works.md."""

    root: PurePosixPath

    @property
    def current(self) -> PurePosixPath:
        return self.root / "current"

    @property
    def previous(self) -> PurePosixPath:
        """The link to the release before `current`: open pages still request its static files."""
        return self.root / "previous"

    @property
    def candidate(self) -> PurePosixPath:
        """The link to a release before it goes live: see understudy/commands/candidate.py."""
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
    def nginx_file(self) -> PurePosixPath:
        return PurePosixPath("/etc/nginx/sites-available") / self.root.name

    @property
    def unit_file(self) -> PurePosixPath:
        """The systemd unit, a template with an instance for each release."""
        return PurePosixPath("/etc/systemd/system") / f"{self.root.name}@.service"

    def unit(self, name: str) -> PurePosixPath:
        """The unit of a process or timer of the site: "worker@.service", "prune.timer"."""
        return self.unit_file.with_name(f"{self.root.name}-{name}")

    @property
    def units_list(self) -> PurePosixPath:
        """The names of the site's installed units besides that of the web process, one a line."""
        return PurePosixPath("/etc/understudy") / f"{self.root.name}.units"

    @property
    def migrating(self) -> PurePosixPath:
        """Locked while a deploy changes the database: timers wait for that."""
        return self.root / "locks" / "migrating"

    @property
    def maintenance_page(self) -> PurePosixPath:
        """What visitors see while maintenance is on."""
        return self.root / "maintenance.html"

    @property
    def drained(self) -> PurePosixPath:
        """There while this host is drained. Gone after a boot."""
        return self._run / "drained"

    def drained_host(self, address: str) -> PurePosixPath:
        """On a proxy, there while that web host is drained: commands/haproxy.py reads it."""
        return self._run / f"drained-{address}"

    @property
    def haproxy_file(self) -> PurePosixPath:
        return PurePosixPath("/etc/haproxy") / f"{self.root.name}.cfg"

    @property
    def haproxy_socket(self) -> PurePosixPath:
        """Where nginx of a proxy passes visitors' requests to."""
        return self._run / "haproxy.sock"

    @property
    def haproxy_admin(self) -> PurePosixPath:
        """HAProxy's runtime API, for the site's own user."""
        return self._run / "haproxy-admin.sock"

    @property
    def error_pages(self) -> PurePosixPath:
        """Of a proxy, which has no release."""
        return self.root / "error-pages"

    @property
    def _run(self) -> PurePosixPath:
        return PurePosixPath("/run") / self.root.name

    @property
    def lock(self) -> PurePosixPath:
        return self.root / "lock"

    @property
    def lock_pipe(self) -> PurePosixPath:
        """Open for writing as long as the lock is held: ssh/host_lock.py."""
        return self.root / "lock.pipe"

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
    def database_login(self) -> PurePosixPath:
        """How the app reaches a database on another host of the target: variables of libpq."""
        return self.root / "shared" / "database-login"

    @property
    def services(self) -> PurePosixPath:
        """How the app reaches its services: `UNDERSTUDY_REDIS_URL` and the like."""
        return self.root / "shared" / "services"

    @property
    def env(self) -> PurePosixPath:
        return self.root / "shared" / "env"

    @property
    def logins(self) -> PurePosixPath:
        """Who may see a site with basic_auth: names and hashes of passwords, for nginx alone."""
        return self.root / "shared" / "htpasswd"

    def release(self, release_id: str) -> PurePosixPath:
        return self.releases / release_id

    def served_mark(self, release_id: str) -> PurePosixPath:
        """A file that exists once the release was live and answered: then a rollback can go to it."""
        return self.release(release_id) / "served"

    def static(self, release_id: str) -> PurePosixPath:
        return self.root / "static" / release_id

    def static_mark(self, release_id: str) -> PurePosixPath:
        """A file that says what the static files were made from: see templates/understudy_static.py."""
        return self.root / "static" / f"{release_id}.made"

    def hold(self, release_id: str) -> PurePosixPath:
        """While this file exists, and the deploy lasts, a started release does not load the app.

        templates/commands.py removes it, or `understudy-site start`.
        """
        return self._run / f"{release_id}.hold"

    def socket(self, release_id: str) -> PurePosixPath:
        return self._run / f"{release_id}.sock"


@dataclass(frozen=True)
class Manifest:
    """What a release is made of: manifest.json in the release. deployed_at: ISO 8601, UTC.

    subject: of the commit; "" in releases of before it was recorded.
    """

    id: str
    commit: str
    lock: str
    deployed_at: str
    deployed_by: str
    subject: str = ""

    def to_dict(self) -> dict[str, str]:
        """Without an empty subject, as earlier versions of Understudy read it."""
        return {name: text for name, text in asdict(self).items() if text or name != "subject"}


def manifest_subject(subject: str) -> str:
    """A commit's subject as a manifest has it: short, and one line of text."""
    return "".join(char for char in subject if char.isprintable())[:LONGEST_SUBJECT]


def release_id(commit: str, contents: Sequence[str]) -> str:
    """A release's name: its commit, for people, and a digest of all its contents."""
    digest = sha256("\0".join(contents).encode()).hexdigest()
    return f"{commit[:8]}-{digest[:8]}"


def newest_first(releases: Sequence[Manifest]) -> list[Manifest]:
    """The order of releases in lists, for rollbacks and for retention."""
    return sorted(releases, key=lambda release: (release.deployed_at, release.id), reverse=True)


def before(releases: Sequence[Manifest], current: str | None, served: Set[str]) -> Manifest | None:
    """The release that a rollback goes to: the newest one before `current` that was live.

    served: the ids of the releases that were live.
    """
    order = newest_first(releases)
    ids = [release.id for release in order]
    older = order[ids.index(current) + 1 :] if current in ids else []
    return next((release for release in older if release.id in served), None)


def after(releases: Sequence[Manifest], current: str | None, served: Set[str]) -> Manifest | None:
    """The newest release that was live, if it is newer than `current`: a rollback has left it."""
    newest = next((one for one in newest_first(releases) if one.id in served), None)
    return newest if newest and newest.id != current else None


def to_remove(
    releases: Sequence[Manifest], current: str | None, served: Set[str], keep: int
) -> list[Manifest]:
    """The releases that retention removes: all but the live one, the newest that were live, and the last
    one that failed.

    served: the ids of the releases that were live. keep: how many of these stay, the live one included.
    """
    others = [release for release in newest_first(releases) if release.id != current]
    good = [release for release in others if release.id in served]
    failed = [release for release in others if release.id not in served]
    kept = {release.id for release in (*good[: keep - (current is not None)], *failed[:1])}
    return [release for release in others if release.id not in kept]
