"""The releases on a target's host: a list of them, and the way back to one."""

from understudy.commands import old_code
from understudy.deploy import switch
from understudy.deploy.desired import DesiredState
from understudy.deploy.under_load import under_load, without_load
from understudy.errors import Refused
from understudy.host import backups, session, steps
from understudy.host.facts import ObservedState
from understudy.host.session import AuditEntry
from understudy.job import Job
from understudy.release.layout import Manifest, before, newest_first
from understudy.ssh.connection import SshConnection

_CANNOT_WORK = "{} can't work on the database as these migrations left it"
_ANYWAY = "--yes rolls back all the same; visitors then see errors where it can't read or save."


class NeedsItsData(Refused):
    """The old code can't work on the database as it is now."""


def releases(job: Job) -> None:
    """Lists the releases, newest first."""
    with session.connected(job) as (_, found):
        listed = newest_first(found.releases)
    for release in listed:
        job.report.say(
            f"{release.id}  {release.deployed_at}  {_state(release, found):8}  "
            f"{release.commit[:12]}  by {release.deployed_by}"
        )
    if not listed:
        job.report.say(f"{job.target_name} has no release yet")


def _state(release: Manifest, found: ObservedState) -> str:
    if release.id == found.current:
        return "serves"
    return "good" if release.id in found.served else "failed"


def rollback(
    job: Job,
    to: str | None = None,
    *,
    with_data: bool = False,
    anyway: bool = False,
    probe: bool = False,
    wait: int = 0,
) -> None:
    """Lets an earlier release serve again: the one before, or `to`.

    with_data: also puts the data back as it was when that release last served. All that was written
    since is lost, and the site is down meanwhile. anyway: even if the old code can't read or save all.
    Raises NeedsItsData without either of them, if it can't.
    """
    with session.connected(job) as (connection, found):
        wanted = DesiredState(job.config, job.target, _destination(job, found, to))
        deed = AuditEntry("rollback", wanted.release.id, wanted.release.commit)
        with session.locked(connection, job, deed, wait, found) as now:
            session.refuse_if_switched(job, found, now)
            if with_data:
                backup = _backup_of(connection, job, wanted.release, now)
                steps.apply_all(job, connection, switch.restore(wanted, now, backup))
            else:
                _look_whether_it_works(connection, job, wanted, now, anyway=anyway)
                actions = switch.rollback(wanted, now)
                with (under_load if probe else without_load)(job, connection, wanted, now) as watch:
                    steps.apply_all(job, connection, actions, after=watch)
    job.report.say(f"{job.target_name} serves {wanted.release.id} again")


def _look_whether_it_works(
    connection: SshConnection, job: Job, wanted: DesiredState, found: ObservedState, *, anyway: bool
) -> None:
    """Its pages may answer, and what it saves fail: a login, for instance."""
    release = wanted.release
    if wanted.app.preset != "django" or release.id == found.current:
        return
    with job.report.step(f"compare the models of {release.id} with the database"):
        answer = connection.run(old_code.ask(wanted.paths, release.id), user=wanted.app.name)
    seen = old_code.parse(answer.output)
    if seen.unknown:
        job.report.warn(f"{release.id} does not know the migrations {', '.join(seen.unknown)}")
    if not (seen.unknown and seen.broken):
        return
    summary, details = _CANNOT_WORK.format(release.id), "\n".join(seen.broken)
    if not anyway:
        raise NeedsItsData(summary, details, _data_of_before(connection, job, release, found))
    job.report.warn(f"{summary}\n{details}")


def _data_of_before(
    connection: SshConnection, job: Job, release: Manifest, found: ObservedState
) -> str:
    try:
        backup = _backup_of(connection, job, release, found)
    except Refused as error:
        return f"{error.summary}. Deploy a fix of the release that is live. {_ANYWAY}"
    return (
        f"python deploy.py rollback --target {job.target_name} --to {release.id} --with-data "
        f"restores the backup {backup}, too, and discards what was written since. {_ANYWAY}"
    )


def earlier(job: Job, to: str | None = None) -> Manifest:
    """The release that a rollback goes to. Raises Refused if there is none."""
    with session.connected(job) as (_, found):
        return _destination(job, found, to)


def _destination(job: Job, found: ObservedState, to: str | None) -> Manifest:
    listed = f"python deploy.py releases --target {job.target_name}"
    release = found.release(to) if to else before(found.releases, found.current, found.served)
    if release is None:
        what = f"release {to}" if to else "earlier release that has served"
        raise Refused(f"{job.target_name} has no {what}", hint=listed)
    if release.id not in found.served:
        raise Refused(f"{release.id} has never served: there is no going back to it", hint=listed)
    if release.lock not in found.venvs:
        raise Refused(
            f"the environment of {release.id} is gone from {job.target_name}",
            hint=f"Set `revision: {release.commit[:12]}` in deploy.yml and deploy.",
        )
    return release


def _backup_of(connection: SshConnection, job: Job, release: Manifest, found: ObservedState) -> str:
    """The data as it was when the release last served: from the first migration after it.

    A backup that was made by hand while it served lacks what was written to it later. So does that of
    a deploy that failed and left no migration: the newest of such, before another went live, lacks least.
    """
    later = [
        backup
        for backup in backups.list_all(connection, job)
        if backup.taken_at > found.served_since[release.id] and backup.release != release.id
    ]
    if not later:
        raise Refused(
            f"there is no backup from after {release.id}, so nothing was migrated since",
            hint="python deploy.py rollback without --with-data needs none.",
        )
    first = min(later, key=lambda backup: backup.taken_at)
    if not first.migrations:
        # Not Django's: nothing shows whether the later ones have the same tables.
        return first.name
    since = found.served_since[release.id]
    replaced = min((at for at in found.served_since.values() if at > since), default=since)
    same = [
        backup
        for backup in later
        if backup.migrations == first.migrations and backup.taken_at <= replaced
    ]
    return max(same, key=lambda backup: backup.taken_at, default=first).name
