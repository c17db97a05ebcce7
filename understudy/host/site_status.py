"""How a site on one host is: what `status` shows, as one frozen value. Pure.

Its fields are of JSON's types: --json prints them, and the next look reads them again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from understudy.host.readings import WEB, Disk, Readings, Restarts
from understudy.report.answer import to_json

# A process that was restarted so often, the last time so shortly ago, ends again and again.
MANY_RESTARTS, LATELY = 3, timedelta(minutes=2)
# So does one that, since the deploy, ended so often on average.
OFTEN = timedelta(minutes=5)
# topology.ALL: reading deploy.yml takes longer than a status that is shown again.
ONE_FOR_ALL = ("web", "worker", "database")
# Percent of a disk.
MOST_USED = 90


@dataclass(frozen=True)
class Live:
    """The live release. deployed_at: ISO 8601. subject: of its commit, "" if it is not known. running: whether
    it and nginx are, or the host has no visitors.
    """

    id: str
    commit: str
    subject: str
    deployed_at: str
    deployed_by: str
    running: bool


@dataclass(frozen=True)
class Process:
    """Of the live release. count: how many deploy.yml asks for; the other numbers say how many are in which
    state. failed_since: of the last that failed, as --json has times; None if the host doesn't say.
    """

    name: str
    count: int
    running: int
    restarting: int = 0
    starting: int = 0
    failed: int = 0
    failed_since: str | None = None


@dataclass(frozen=True)
class OldProcess:
    """Of another release. ending: whether it is about to end."""

    name: str
    release: str
    count: int
    ending: bool


@dataclass(frozen=True)
class Timer:
    """next, last: ISO 8601. text: the same for people."""

    name: str
    next: str | None
    last: str | None
    ok: bool
    text: str


@dataclass(frozen=True)
class Certificate:
    """ends: ISO 8601, and days: until then; None if it is missing. text: the same for people."""

    ends: str | None
    days: int | None
    ok: bool
    text: str


@dataclass(frozen=True)
class Renewal:
    """Of the certificate. ran: ISO 8601, None if that is not known. text: the same for people."""

    ran: str | None
    ok: bool
    text: str


@dataclass(frozen=True)
class Site:
    """What of a status lasts: it follows from the host's facts.

    host: its address, and roles: what it has of the site. engine: of the database. maintenance: in words, "" if
    it is off. backups_on: the address of the host on which deploys make their backups, "" for this one.
    """

    target: str
    host: str
    os: str
    url: str
    engine: str
    release: Live | None
    roles: tuple[str, ...] = ONE_FOR_ALL
    maintenance: str = ""
    backups_on: str = ""
    certificate: Certificate | None = None
    renewal: Renewal | None = None
    processes: tuple[Process, ...] = ()
    old_processes: tuple[OldProcess, ...] = ()
    timers: tuple[Timer, ...] = ()

    @property
    def has_releases(self) -> bool:
        """Not where only the database or a proxy is."""
        return "web" in self.roles or "worker" in self.roles


@dataclass(frozen=True)
class Status:
    """A site, and what changes by itself."""

    site: Site
    now: Readings

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the site is not well, each in a few words; empty if it is."""
        return tuple(_problems(self.site, self.now))

    def restarts(self, name: str) -> Restarts:
        """Of that process of the live release, which may be WEB."""
        live = self.site.release.id if self.site.release else ""
        return self.now.restarts.get((name, live), Restarts(0, None))

    def keeps_ending(self, name: str) -> bool:
        found, live = self.restarts(name), self.site.release
        if found.last is None or live is None:
            return False
        ago = self.now.time - found.last
        mean = (found.last - datetime.fromisoformat(live.deployed_at)) / found.count
        is_often = found.count > 1 and mean < OFTEN and ago < max(2 * mean, LATELY)
        return is_often or (found.count >= MANY_RESTARTS and ago < LATELY)

    def fields(self) -> dict[str, Any]:
        """What --json prints."""
        names = [one.name for one in self.site.processes]
        found: dict[str, Any] = to_json(
            {
                **vars(self.site),
                "well": not self.problems,
                "problems": self.problems,
                "restarts": {name: self.restarts(name) for name in (WEB, *names)},
                "services": self.now.services,
                "database": self.now.database,
                "backup": self.now.backup,
                "off_host": self.now.off_host,
                "drained": self.now.drained,
                "drained_hosts": self.now.drained_hosts,
                "disks": self.now.disks,
                "memory": self.now.memory,
            }
        )
        return found


def site_of(fields: Mapping[str, Any]) -> Site:
    """The lasting part of what Status.fields() gave. Raises KeyError or TypeError for other fields."""

    def each(kind: type[Any], key: str) -> tuple[Any, ...]:
        return tuple(kind(**one) for one in fields[key])

    def optional(kind: type[Any], key: str) -> Any:
        return None if fields[key] is None else kind(**fields[key])

    texts = {
        name: fields[name]
        for name in ("target", "host", "os", "url", "engine", "maintenance", "backups_on")
    }
    return Site(
        **texts,
        release=optional(Live, "release"),
        roles=tuple(fields["roles"]),
        certificate=optional(Certificate, "certificate"),
        renewal=optional(Renewal, "renewal"),
        processes=each(Process, "processes"),
        old_processes=each(OldProcess, "old_processes"),
        timers=each(Timer, "timers"),
    )


def _problems(site: Site, now: Readings) -> Iterator[str]:
    if site.release is None:
        yield from ("no release is live",) if site.has_releases else ()
    elif not site.release.running:
        yield f"{site.release.id} is NOT RUNNING"
    yield from _process_problems(site, Status(site, now))
    parts = (site.certificate, site.renewal, *site.timers)
    yield from (part.text for part in parts if part and not part.ok)
    yield from (f"{name}: {state}" for name, state in now.services.items() if state != "ok")
    # What a user has taken out is as wanted.
    if now.drained and not now.drained.by_hand:
        yield f"drained by {now.drained.verb}, which has not put it back"
    if now.database not in ("", "ok"):
        yield f"database: {now.database}"
    if found := off_host_problem(now):
        yield f"the off-host backup {found}"
    yield from (f"disk {disk.path} is {disk.used} % full" for disk in full(now))


def off_host_problem(now: Readings) -> str:
    """What is wrong with the backups elsewhere, "" if they are well. Before the first there is no record."""
    found = now.off_host
    if found and found.failed:
        return f"FAILED ({found.failed})"
    if found and found.due and found.due < now.time:
        return "is OVERDUE"
    return ""


def full(now: Readings) -> Iterator[Disk]:
    """The disks that are almost full."""
    return (disk for disk in now.disks if disk.used > MOST_USED)


def _process_problems(site: Site, status: Status) -> Iterator[str]:
    if site.release and status.keeps_ending(WEB):
        yield f"{WEB} keeps ending"
    for one in site.processes:
        if not one.running and not one.starting:
            yield f"{one.name} is NOT RUNNING"
        elif one.failed:
            yield f"{one.name} has failed"
        elif status.keeps_ending(one.name):
            yield f"{one.name} keeps ending"
    yield from (
        f"{one.name} of {one.release} is RUNNING still"
        for one in site.old_processes
        if not one.ending
    )
