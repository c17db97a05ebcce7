"""What changes on a host by itself: the answer to status.sh, parsed to one frozen value. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from understudy.commands import answers, drained
from understudy.commands.drained import Mark
from understudy.host import unit_properties

WEB = "web"
# How a service is that has no trouble.
OK = "ok"
# Of a proxy before the first deploy of its site.
NOT_SET_UP = "not set up yet: the first deploy brings its files"
# 20260102T030405Z-0123abcd-4567ef89: commands/backups.py, which takes longer to import.
_BACKUP = re.compile(r"(\d{8}T\d{6})Z-[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True)
class Disk:
    """A file system. path: what lies on it. free: bytes that users may still write. used: percent, as df(1)."""

    path: str
    free: int
    used: int


@dataclass(frozen=True)
class Memory:
    """Bytes. available: what programs can still get without swapping."""

    total: int
    available: int


@dataclass(frozen=True)
class Restarts:
    """How often systemd has started a process again since a user or a deploy did. last: the newest time."""

    count: int
    last: datetime | None


@dataclass(frozen=True)
class NewestBackup:
    """size: bytes."""

    name: str
    taken_at: datetime
    size: int


@dataclass(frozen=True)
class OffHost:
    """The last backup elsewhere. ended: None before the first. due: when there has to be another at the latest.
    failed: in systemd's words, "" for one that ended well. count: of those that the place had when this
    host last looked, None before that; newest: when the last of them was made, maybe by a host that is gone.
    """

    ended: datetime | None
    failed: str = ""
    due: datetime | None = None
    count: int | None = None
    newest: datetime | None = None


@dataclass(frozen=True)
class Readings:
    """time: by the host's own clock. restarts: (process, release) -> of those that were restarted; the process
    may be WEB. backup: None without any. services: name -> `ok`, or what is wrong with it. database: the same
    of a database that has a server; "" without one. off_host: None for a site whose backups stay on the host.
    drained: what has taken the host out, None if nothing has. drained_hosts: of a proxy, the web hosts that a
    user has taken out.
    """

    time: datetime
    disks: tuple[Disk, ...] = ()
    memory: Memory | None = None
    restarts: Mapping[tuple[str, str], Restarts] = field(default_factory=dict)
    backup: NewestBackup | None = None
    services: Mapping[str, str] = field(default_factory=dict)
    database: str = ""
    off_host: OffHost | None = None
    drained: Mark | None = None
    drained_hosts: Mapping[str, Mark] = field(default_factory=dict)


def lines_of(output: str) -> tuple[str, ...]:
    """Those of status.sh in an answer, as in ObservedState.now."""
    return tuple(
        line.removeprefix("now\t") for line in output.split("\n") if line.startswith("now\t")
    )


def parse(lines: Iterable[str], site: str) -> Readings:
    """lines: key<TAB>value. Raises StepFailed if the host can't have printed them."""
    values = defaultdict[str, list[str]](list)
    with answers.understood("state"):
        for line in lines:
            key, value = line.split("\t", 1)
            values[key].append(value)
        return Readings(
            time=datetime.fromtimestamp(int(values["time"][0]), UTC),
            disks=tuple(_disks(values["disk"])),
            memory=_memory(values["MemTotal"], values["MemAvailable"]),
            restarts=_restarts(values["unit"], site),
            backup=_backup(values["backup"], values["backup_file"]),
            services=dict(line.split("\t", 1) for line in values["service"] if "\t" in line),
            database=_reason(values["database"]),
            off_host=_off_host(values["off_host"]),
            drained=drained.parse("".join(values["drained"][:1])),
        )


def _disks(lines: Iterable[str]) -> Iterator[Disk]:
    """Each file system once, by its first path."""
    seen = set[str]()
    for line in lines:
        path, name, *numbers = line.split("\t")
        blocks, free, for_users, size = map(int, numbers)
        taken = blocks - free
        if name not in seen and taken + for_users:
            # Rounded up, as df(1) does.
            yield Disk(path, for_users * size, -(-100 * taken // (taken + for_users)))
        seen.add(name)


def _memory(total: list[str], available: list[str]) -> Memory | None:
    return Memory(int(total[0]) * 1024, int(available[0]) * 1024) if total and available else None


def _reason(lines: Sequence[str]) -> str:
    """The line that says what is wrong: some clients add questions below it."""
    last = lines[-1] if lines else ""
    return next((line for line in lines if re.search(r"\berror\b", line, re.IGNORECASE)), last)


def _restarts(lines: Iterable[str], site: str) -> Mapping[tuple[str, str], Restarts]:
    """A process that runs several times has the sum."""
    unit = re.compile(rf"{re.escape(site)}(?:-([a-z][a-z0-9-]*))?@([a-z0-9-]+)(?:\.\d+)?\.service")
    found = dict[tuple[str, str], Restarts]()
    for one in unit_properties.of_units(lines):
        name, count = unit.fullmatch(one.get("Id", "")), int(one.get("NRestarts") or 0)
        if name and count:
            key = (name[1] or WEB, name[2])
            before = found.get(key, Restarts(0, None))
            began = unit_properties.time(one.get("ActiveEnterTimestamp", ""))
            times = [time for time in (before.last, began) if time]
            found[key] = Restarts(before.count + count, max(times, default=None))
    return found


def _off_host(lines: list[str]) -> OffHost | None:
    """A line is what timer-ended has written, seconds since the epoch, 0 if they are not known, and how many
    there are with the newest one's name.
    """
    if not lines:
        return None
    ended, due, found = lines[0].split("\t")
    at = datetime.fromtimestamp(int(due), UTC) if int(due) else None
    number, _, name = found.partition(" ")
    count, newest = int(number) if number else None, _taken_at(name)
    if ended == "none":
        return OffHost(None, due=at, count=count, newest=newest)
    result, status, seconds, _ = ended.split()
    failed = "" if result == "success" else f"{result} {status}"
    return OffHost(datetime.fromtimestamp(int(seconds), UTC), failed, at, count, newest)


def _taken_at(name: str) -> datetime | None:
    found = _BACKUP.fullmatch(name)
    return datetime.fromisoformat(f"{found[1]}Z") if found else None


def _backup(names: list[str], sizes: list[str]) -> NewestBackup | None:
    taken_at = _taken_at(names[0]) if names else None
    return NewestBackup(names[0], taken_at, sum(map(int, sizes))) if taken_at else None
