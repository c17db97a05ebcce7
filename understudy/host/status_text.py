"""What `status` prints for people. What needs them is in capitals. Pure."""

from collections.abc import Iterator
from datetime import datetime

from understudy.commands.drained import Mark
from understudy.host.readings import (
    NOT_SET_UP,
    OK,
    WEB,
    Disk,
    Memory,
    NewestBackup,
    OffHost,
    Restarts,
)
from understudy.host.site_status import (
    MOST_USED,
    ONE_FOR_ALL,
    OldProcess,
    Process,
    Status,
    off_host_problem,
)
from understudy.report.ages import age
from understudy.report.live import size


def text(status: Status) -> str:
    site = status.site
    lines = (line for part in _parts(status) for line in part)
    roles = "" if site.roles == ONE_FOR_ALL else f", {' and '.join(site.roles)}"
    first = f"{site.target} ({site.host}{roles}, {site.os}): {site.url}"
    return "\n".join((first, *(f"  {one}" for one in lines)))


def _parts(status: Status) -> Iterator[Iterator[str]]:
    site, now = status.site, status.now
    yield _release(status)
    yield (one.text for one in (site.certificate, site.renewal) if one)
    yield _processes(status)
    yield (timer.text for timer in site.timers)
    yield (_drained(status, one) for one in (now.drained,) if one)
    yield (f"{name}: {_state(state)}" for name, state in now.services.items())
    yield (
        f"web host {name}: {_taken_out(one, now.time)}" for name, one in now.drained_hosts.items()
    )
    yield (f"database ({site.engine}): {_state(state)}" for state in (now.database,) if state)
    if site.has_releases:
        yield iter((_backup(now.backup, now.time, site.backups_on),))
    yield (_off_host(status, one) for one in (now.off_host,) if one)
    yield (_disk(one) for one in now.disks)
    yield (_memory(one) for one in (now.memory,) if one)


def _release(status: Status) -> Iterator[str]:
    live = status.site.release
    if live is None:
        yield from ("no release is live yet",) if status.site.has_releases else ()
        return
    if status.site.maintenance:
        yield status.site.maintenance
    state = "running" if live.running else "NOT RUNNING"
    yield f"{live.id} is live (commit {live.commit[:12]}), {state}"
    if live.subject:
        yield f"commit: {live.subject}"
    at = datetime.fromisoformat(live.deployed_at)
    yield f"deployed {age(at, status.now.time)} by {live.deployed_by} ({at:%Y-%m-%d %H:%M} UTC)"


def _processes(status: Status) -> Iterator[str]:
    if status.restarts(WEB).count:
        yield f"{WEB}: {', '.join(_restarted(status, WEB))}"
    for one in status.site.processes:
        parts = (*_process(one, status.now.time), *_restarted(status, one.name))
        yield f"{one.name}: {', '.join(parts)}"
    yield from map(_old, status.site.old_processes)


def _process(one: Process, now: datetime) -> Iterator[str]:
    # One that is missing and has not ended by itself was ended by `scale`, as one too many was started by it.
    missing = one.restarting + one.starting + one.failed
    as_asked = one.running + missing == one.count or (missing and one.running < one.count)
    of = f"of {one.count}" if as_asked else f"(deploy.yml: {one.count})"
    yield f"running {one.running} {of}" if one.running else "NOT RUNNING"
    if one.failed:
        since = datetime.fromisoformat(one.failed_since) if one.failed_since else None
        yield f"{one.failed} failed" + (f" {age(since, now)}" if since else "")
    if one.restarting:
        yield f"{one.restarting} that ended, about to start again"


def _restarted(status: Status, name: str) -> Iterator[str]:
    found: Restarts = status.restarts(name)
    if found.count:
        times = f"restarted {'once' if found.count == 1 else f'{found.count} times'}"
        last = f", last {age(found.last, status.now.time)}" if found.last else ""
        yield f"{'KEEPS ENDING: ' if status.keeps_ending(name) else ''}{times}{last}"


def _old(one: OldProcess) -> str:
    return f"{one.name} of {one.release}: {one.count} {'still ending' if one.ending else 'RUNNING'}"


def _state(state: str) -> str:
    return state if state in (OK, NOT_SET_UP) else f"TROUBLE: {state}"


def _drained(status: Status, mark: Mark) -> str:
    site, text = status.site, _taken_out(mark, status.now.time)
    if not mark.by_hand:
        text = f"DRAINED by {mark.verb}, which has not put it back ({text})"
    return (
        f"{text}; `python deploy.py drain off --host {site.host} --target {site.target}` ends that"
    )


def _taken_out(mark: Mark, now: datetime) -> str:
    by = f" by {mark.by}" if mark.by else ""
    return f"drained{by}" + (f", {age(mark.since, now)}" if mark.since else "")


def _backup(found: NewestBackup | None, now: datetime, elsewhere: str) -> str:
    """elsewhere: the host on which deploys make them, if it is another one."""
    if found:
        return f"last backup {age(found.taken_at, now)}, {size(found.size)}"
    return f"backups are on {elsewhere}" if elsewhere else "no backup"


def _off_host(status: Status, found: OffHost) -> str:
    if not found.ended:
        return f"last off-host backup: {_none_by_this_host(status, found)}"
    ended = age(found.ended, status.now.time)
    problem = off_host_problem(status.now)
    if not problem:
        return f"last off-host backup: {ended}, tried"
    again = f"python deploy.py backup --off-host {_where(status)}--target {status.site.target}"
    return f"off-host backup {problem}, last one {ended}; `{again}` makes one now"


def _none_by_this_host(status: Status, found: OffHost) -> str:
    """A new host may be in the place of one whose backups are still there."""
    lists = f"`python deploy.py restore {_where(status)}--target {status.site.target}`"
    if found.count is None:
        return f"none by this host yet; {lists} shows what is there"
    if not found.newest:
        return "none yet"
    newest = age(found.newest, status.now.time)
    return f"none by this host yet; {found.count} are there, the last one of {newest}: {lists}"


def _where(status: Status) -> str:
    return "" if status.site.roles == ONE_FOR_ALL else f"--host {status.site.host} "


def _disk(disk: Disk) -> str:
    alarm = "ALMOST FULL: " if disk.used > MOST_USED else ""
    return f"disk {disk.path}: {alarm}{disk.used} % used, {size(disk.free)} free"


def _memory(memory: Memory) -> str:
    return f"memory: {size(memory.available)} of {size(memory.total)} available"
