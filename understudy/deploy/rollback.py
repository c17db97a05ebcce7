"""An earlier release of a host goes live again."""

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

_CANNOT_WORK = "{} can't work with the database as later migrations left it"
_ANYWAY = "--yes rolls back all the same; visitors then see errors where it can't read or save."


class NeedsItsData(Refused):
    """The old code can't work with the database as it is now."""


def rollback(
    job: Job,
    to: str | None = None,
    *,
    with_data: bool = False,
    anyway: bool = False,
    probe: bool = False,
    wait: int = 0,
) -> None:
    """Makes an earlier release live again: the one before the live one, or `to`.

    with_data: also restores the data as it was when that release was last live. The site is down
    meanwhile, and what was written since is discarded. anyway: even if the old code can't read or save
    everything. probe: sends requests meanwhile. wait: seconds for which another holder of the host's lock
    is waited for.

    Raises NeedsItsData if the old code can't work with the data as it is and neither with_data nor anyway
    is given, Refused if there is no such release, StepFailed if a step fails or a request is lost.
    """
    with session.connected(job) as (connection, observed):
        desired = DesiredState(job.config, job.target, _destination(job, observed, to))
        entry = AuditEntry("rollback", desired.release.id, desired.release.commit)
        with session.locked(connection, job, entry, wait, observed) as now:
            session.refuse_if_switched(job, observed, now)
            if with_data:
                backup = _backup_of(connection, job, desired.release, now)
                steps.apply_all(job, connection, switch.restore(desired, now, backup))
            else:
                _check_models(connection, job, desired, now, anyway=anyway)
                actions = switch.rollback(desired, now)
                load = under_load if probe else without_load
                with load(job, connection, desired, now) as on_applied:
                    steps.apply_all(job, connection, actions, after=on_applied)
    job.report.say(f"{desired.release.id} is live on {job.target_name} again")


def earlier(job: Job, to: str | None = None) -> Manifest:
    """The release that rollback() would make live. Raises Refused if there is none."""
    with session.connected(job) as (_, observed):
        return _destination(job, observed, to)


def releases(job: Job) -> None:
    """Lists the releases, newest first."""
    with session.connected(job, read_only=True) as (_, observed):
        listed = newest_first(observed.releases)
    for release in listed:
        job.report.say(
            f"{release.id}  {release.deployed_at}  {_state(release, observed):8}  "
            f"{release.commit[:12]}  by {release.deployed_by}"
        )
    if not listed:
        job.report.say(f"{job.target_name} has no release yet")


def _state(release: Manifest, observed: ObservedState) -> str:
    if release.id == observed.current:
        return "live"
    return "good" if release.id in observed.served else "failed"


def _destination(job: Job, observed: ObservedState, to: str | None) -> Manifest:
    hint = f"python deploy.py releases --target {job.target_name}"
    release = (
        observed.release(to) if to else before(observed.releases, observed.current, observed.served)
    )
    if release is None:
        what = f"release {to}" if to else "earlier release that was live"
        raise Refused(f"{job.target_name} has no {what}", hint=hint)
    if release.id not in observed.served:
        raise Refused(f"cannot roll back to {release.id}: it was never live", hint=hint)
    if release.lock not in observed.venvs:
        raise Refused(
            f"the environment of {release.id} is gone from {job.target_name}",
            hint=f"Set `revision: {release.commit[:12]}` in deploy.yml and deploy.",
        )
    return release


def _check_models(
    connection: SshConnection,
    job: Job,
    desired: DesiredState,
    observed: ObservedState,
    *,
    anyway: bool,
) -> None:
    """The pages of the old code may all answer while it can't save, as when a user logs in."""
    release = desired.release
    if desired.app.preset != "django" or release.id == observed.current:
        return
    with job.report.step(f"compare the models of {release.id} with the database"):
        answer = connection.run(old_code.ask(desired.paths, release.id), user=desired.app.name)
    found = old_code.parse(answer.output)
    if found.unknown:
        job.report.warn(f"{release.id} does not know the migrations {', '.join(found.unknown)}")
    if not (found.unknown and found.broken):
        return
    summary, details = _CANNOT_WORK.format(release.id), "\n".join(found.broken)
    if not anyway:
        raise NeedsItsData(summary, details, _ways_out(connection, job, release, observed))
    job.report.warn(f"{summary}\n{details}")


def _ways_out(
    connection: SshConnection, job: Job, release: Manifest, observed: ObservedState
) -> str:
    """What to do if the old code can't work with the data as it is."""
    try:
        backup = _backup_of(connection, job, release, observed)
    except Refused as error:
        return f"{error.summary}. Deploy a fix of the live release. {_ANYWAY}"
    return (
        f"python deploy.py rollback --target {job.target_name} --to {release.id} --with-data "
        f"restores the backup {backup} as well and discards what was written since. {_ANYWAY}"
    )


def _backup_of(
    connection: SshConnection, job: Job, release: Manifest, observed: ObservedState
) -> str:
    """The newest backup with which the release can work: of the data before the first later migration.

    A backup that was made by hand while it was live lacks what was written to it later. So does the backup
    of a deploy that failed and left no migration; the newest of those, before another release went live,
    lacks least.
    """
    since = observed.served_since[release.id]
    later = [
        backup
        for backup in backups.list_all(connection, job)
        if backup.taken_at > since and backup.release != release.id
    ]
    if not later:
        raise Refused(
            f"there is no backup from after {release.id} was live, so nothing was migrated since",
            hint="Run `python deploy.py rollback` without --with-data: the data is as it was.",
        )
    first = min(later, key=lambda backup: backup.taken_at)
    if not first.migrations:
        # Not Django's: nothing shows whether the later ones have the same tables.
        return first.name
    replaced = min((at for at in observed.served_since.values() if at > since), default=since)
    same = [
        backup
        for backup in later
        if backup.migrations == first.migrations and backup.taken_at <= replaced
    ]
    return max(same, key=lambda backup: backup.taken_at, default=first).name
