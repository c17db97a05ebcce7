"""A backup is restored under the live release."""

from collections.abc import Sequence
from dataclasses import replace

from understudy.commands import site_processes
from understudy.config import topology
from understudy.deploy import external_database, same_release, switch
from understudy.deploy.desired import DesiredState
from understudy.deploy.done import Restored
from understudy.errors import Refused
from understudy.host import all_hosts, backups, off_host, session, steps
from understudy.host.facts import ObservedState
from understudy.host.gates import Gate
from understudy.host.session import AuditEntry
from understudy.job import Job
from understudy.release.layout import Manifest
from understudy.ssh.connection import SshConnection


def restore(job: Job, name: str, wait: int = 0) -> None:
    """Restores a backup of the job's host under the live release and discards what was written since. The site
    is down meanwhile, on all hosts that share their data with that one.

    wait: seconds for which another holder of the host's lock is waited for. Raises Refused if there is no
    such backup, or no live release, and StepFailed if a step fails.
    """
    if not topology.has_several_sites(job.config.target(job.target_name).host_list):
        _restore(all_hosts.one(job), name, name, wait)
        return
    check(all_hosts.one(job), name)
    hosts = all_hosts.jobs(replace(job, address=None))
    same_release.require_live(hosts, all_hosts.look(hosts, _live))
    all_hosts.together(
        hosts,
        lambda host, gate: _restore(
            host, name, name if host.address == job.address else "", wait, gate
        ),
    )


def require_all(job: Job, hosts: Sequence[Job]) -> None:
    """Raises Refused if `hosts` are not all that share their data: the others would write meanwhile."""
    sites = topology.sites(job.config.target(job.target_name).host_list)
    if len(sites) > len(hosts):
        raise Refused(
            f"{len(sites)} hosts of {job.target_name} use this database, and all have to stop meanwhile: "
            "nothing was changed",
            hint="Run it without --host.",
        )


def _live(job: Job) -> str:
    with session.connected(job, needs=site_processes.needed(job.config)) as (_, observed):
        return live_release(job, observed).id


def _restore(job: Job, name: str, here: str, wait: int, gate: Gate | None = None) -> None:
    """here: the same name on the host that has the backup, "" on the others."""
    with session.connected(job, needs=site_processes.needed(job.config)) as (connection, observed):
        if here:
            _refuse_without_backup(connection, job, here)
        release = live_release(job, observed)
        desired = DesiredState(job.config, job.target, release)
        entry = AuditEntry("restore", name, release.commit)
        with session.locked(connection, job, entry, wait, observed) as now:
            session.refuse_if_switched(job, observed, now)
            if here:
                _refuse_without_backup(connection, job, here)
            steps.apply_all(job, connection, switch.restore(desired, now, here), gate=gate)
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


def _where(job: Job) -> str:
    """Of several hosts that with the backups of deploys."""
    elsewhere = topology.backups_on(job.target.host_list, job.target.address)
    return f" --host {elsewhere or job.target.address}" if job.target.host_list else ""


def _refuse_without_backup(connection: SshConnection, job: Job, name: str) -> None:
    external_database.refuse_restore(job.config.app)
    names = [backup.name for backup in backups.list_all(connection, job)]
    if name not in names:
        raise Refused(
            f"{job.target_name} ({job.target.address}) has no backup {name}",
            hint=f"python deploy.py restore --target {job.target_name}{_where(job)} lists them"
            + ("; --off-host takes one that is off-host." if off_host.has_place(job) else "."),
        )
