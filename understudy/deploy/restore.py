"""A backup is put back under the release that serves."""

from understudy.deploy import switch
from understudy.deploy.desired import DesiredState
from understudy.errors import Refused
from understudy.host import backups, session, steps
from understudy.host.facts import ObservedState
from understudy.host.session import AuditEntry
from understudy.job import Job
from understudy.release.layout import Manifest
from understudy.ssh.connection import SshConnection


def restore(job: Job, name: str, wait: int = 0) -> None:
    """Puts a backup back under the release that serves. What was written since is lost."""
    with session.connected(job) as (connection, found):
        _refuse_unless_there(connection, job, name)
        release = serving(job, found)
        wanted = DesiredState(job.config, job.target, release)
        deed = AuditEntry("restore", name, release.commit)
        with session.locked(connection, job, deed, wait, found) as now:
            session.refuse_if_switched(job, found, now)
            _refuse_unless_there(connection, job, name)
            steps.apply_all(job, connection, switch.restore(wanted, now, name))
    job.report.say(f"{job.target_name} serves {release.id} on the data of {name}")


def check(job: Job, name: str) -> None:
    """Raises Refused if there is no such backup."""
    with session.connected(job) as (connection, _):
        _refuse_unless_there(connection, job, name)


def serving(job: Job, found: ObservedState) -> Manifest:
    """The release that data is put under. Raises Refused without one."""
    release = found.release(found.current)
    if release is None:
        raise Refused(
            f"{job.target_name} serves nothing that data could be put under",
            hint=f"python deploy.py deploy --target {job.target_name}",
        )
    return release


def _refuse_unless_there(connection: SshConnection, job: Job, name: str) -> None:
    if name not in [saved.name for saved in backups.list_all(connection, job)]:
        raise Refused(
            f"{job.target_name} has no backup {name}",
            hint=f"python deploy.py restore --target {job.target_name} lists them.",
        )
