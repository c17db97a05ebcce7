"""A backup is restored under the live release."""

from understudy.commands import site_processes
from understudy.deploy import external_database, switch
from understudy.deploy.desired import DesiredState
from understudy.deploy.done import Restored
from understudy.errors import Refused
from understudy.host import backups, off_host, session, steps
from understudy.host.facts import ObservedState
from understudy.host.session import AuditEntry
from understudy.job import Job
from understudy.release.layout import Manifest
from understudy.ssh.connection import SshConnection


def restore(job: Job, name: str, wait: int = 0) -> None:
    """Restores a backup under the live release and discards what was written since. The site is down
    meanwhile.

    wait: seconds for which another holder of the host's lock is waited for. Raises Refused if there is no
    such backup, or no live release, and StepFailed if a step fails.
    """
    with session.connected(job, needs=site_processes.needed(job.config)) as (connection, observed):
        _refuse_without_backup(connection, job, name)
        release = live_release(job, observed)
        desired = DesiredState(job.config, job.target, release)
        entry = AuditEntry("restore", name, release.commit)
        with session.locked(connection, job, entry, wait, observed) as now:
            session.refuse_if_switched(job, observed, now)
            _refuse_without_backup(connection, job, name)
            steps.apply_all(job, connection, switch.restore(desired, now, name))
    job.report.answer(
        Restored(job.target_name, job.target.address, name, release.id, release.commit)
    )


def check(job: Job, name: str) -> None:
    """Raises Refused if the host has no such backup."""
    with session.connected(job, needs=site_processes.needed(job.config)) as (connection, _):
        _refuse_without_backup(connection, job, name)


def live_release(job: Job, observed: ObservedState) -> Manifest:
    """The release under which data is restored. Raises Refused if none is live."""
    release = observed.release(observed.current)
    if release is None:
        raise Refused(
            f"{job.target_name} has no live release under which data could be restored",
            hint=f"python deploy.py deploy --target {job.target_name}",
        )
    return release


def _refuse_without_backup(connection: SshConnection, job: Job, name: str) -> None:
    external_database.refuse_restore(job.config.app, job.target)
    names = [backup.name for backup in backups.list_all(connection, job)]
    if name not in names:
        raise Refused(
            f"{job.target_name} has no backup {name}",
            hint=f"python deploy.py restore --target {job.target_name} lists them"
            + ("; --off-host takes one that is off-host." if off_host.has_place(job) else "."),
        )
