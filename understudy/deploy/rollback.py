"""An earlier release of a host goes live again."""

from collections.abc import Callable
from datetime import datetime

from understudy.commands import site_processes
from understudy.deploy import commits, rollback_data, switch
from understudy.deploy.desired import DesiredState
from understudy.deploy.going_live import GoingLive
from understudy.deploy.hooked import hooked_host
from understudy.deploy.load import load
from understudy.deploy.planned import PlannedStep, RollbackPlan
from understudy.deploy.release_list import ReleaseList
from understudy.deploy.went_live import RolledBack
from understudy.errors import Refused, did_you_mean
from understudy.hooks import order
from understudy.host import session, steps
from understudy.host.actions import Action
from understudy.host.facts import ObservedState
from understudy.host.gates import Gate
from understudy.host.session import AuditEntry
from understudy.job import Job
from understudy.release.layout import Manifest, after, before
from understudy.ssh.connection import SshConnection


def rollback(
    job: Job,
    to: str | None = None,
    *,
    with_data: bool = False,
    anyway: bool = False,
    probe: bool = False,
    wait: int = 0,
    on_live: Callable[[Manifest], None] = lambda release: None,
    on_switch: Callable[[datetime], None] = lambda at: None,
    gate: Gate | None = None,
) -> None:
    """Makes an earlier release live again: the one before the live one, or `to`.

    with_data: also restores the data as it was when that release was last live. The site is down
    meanwhile, and what was written since is discarded. anyway: even if the old code can't read or save
    everything. probe: sends requests meanwhile. wait: seconds for which another holder of the host's lock
    is waited for. on_live: called with the release once it is live. on_switch: called with the time of its
    switch, if there was one. gate: see steps.apply_all().

    Raises NeedsItsData if the old code can't work with the data as it is and neither with_data nor anyway
    is given, Refused if there is no such release, StepFailed if a step fails or a request is lost.
    """
    with session.connected(job, needs=site_processes.needed(job.config)) as (connection, observed):
        session.report_os(job, observed)
        desired = DesiredState(job.config, job.target, _destination(job, observed, to))
        commits.report_known(job, desired.release.commit)
        entry = AuditEntry("rollback", desired.release.id, desired.release.commit)
        with session.locked(connection, job, entry, wait, observed) as now:
            session.refuse_if_switched(job, observed, now)
            actions = _actions(connection, job, desired, now, with_data=with_data, anyway=anyway)
            going = GoingLive(now.current)
            with hooked_host(job, connection, now, "rollback", desired.release) as live:
                sending = load(probe=probe and not with_data)
                with sending(job, connection, desired, now, going) as on_applied:
                    steps.apply_all(job, connection, actions, after=on_applied, gate=gate)
                going.report(job, RolledBack, desired)
                live.append(desired.release)
                on_live(desired.release)
                if going.switched_at:
                    on_switch(going.switched_at)


def plan(job: Job, to: str | None = None, *, with_data: bool = False, anyway: bool = False) -> None:
    """Prints what rollback() would do, and changes nothing. Raises Refused as that does."""
    with session.connected(job, needs=site_processes.needed(job.config)) as (connection, observed):
        desired = DesiredState(job.config, job.target, _destination(job, observed, to))
        actions = _actions(connection, job, desired, observed, with_data=with_data, anyway=anyway)
    hosts = len(job.config.hosts(job.target_name))
    before, after_it = order.titles(
        job.config.hooks, job.target_name, "rollback", has_release=True, hosts=hosts
    )
    steps = (*map(PlannedStep, before), *map(PlannedStep.of, actions), *map(PlannedStep, after_it))
    job.report.answer(
        RollbackPlan(
            job.target_name,
            job.target.address,
            desired.release.id,
            desired.release.commit,
            steps=steps,
        )
    )


def _actions(
    connection: SshConnection,
    job: Job,
    desired: DesiredState,
    observed: ObservedState,
    *,
    with_data: bool,
    anyway: bool,
) -> list[Action]:
    """Raises NeedsItsData or Refused if the old code or its data are not fit for it."""
    if with_data:
        backup = _backup(connection, job, desired, observed)
        return switch.restore(desired, observed, backup)
    rollback_data.check_models(connection, job, desired, observed, anyway=anyway)
    return switch.rollback(desired, observed)


def _backup(
    connection: SshConnection, job: Job, desired: DesiredState, observed: ObservedState
) -> str:
    """ "" if another host has it."""
    if not rollback_data.has_backups(desired):
        return ""
    return rollback_data.backup_of(connection, job, desired.release, observed)


def earlier(job: Job, to: str | None = None, *, with_data: bool = False) -> Manifest:
    """The release that rollback() would make live. Raises Refused if there is none, or no backup for it."""
    needs = site_processes.needed(job.config)
    with session.connected(job, needs=needs) as (connection, observed):
        release = _destination(job, observed, to)
        if with_data:
            _backup(connection, job, DesiredState(job.config, job.target, release), observed)
        return release


def releases(job: Job) -> None:
    """Lists the releases, newest first."""
    with session.connected(job, needs=()) as (_, observed):
        listed = ReleaseList.of(job.target_name, job.target.address, observed)
    job.report.answer(listed)


def _destination(job: Job, observed: ObservedState, to: str | None) -> Manifest:
    hint = f"python deploy.py releases --target {job.target_name}"
    release = (
        observed.release(to) if to else before(observed.releases, observed.current, observed.served)
    )
    if release is None:
        raise _no_release(job, observed, to, hint)
    if release.id not in observed.served:
        raise Refused(f"cannot roll back to {release.id}: it was never live", hint=hint)
    if release.lock not in observed.venvs:
        raise Refused(
            f"the environment of {release.id} is gone from {job.target_name}",
            hint=f"Set `revision: {release.commit[:12]}` in deploy.yml and deploy.",
        )
    return release


def _no_release(job: Job, observed: ObservedState, to: str | None, hint: str) -> Refused:
    """After a rollback the way on leads to a newer release, which only --to names."""
    if to:
        meant = did_you_mean(to, (one.id for one in observed.releases))
        return Refused(f"{job.target_name} has no release {to}{meant}", hint=hint)
    if newer := after(observed.releases, observed.current, observed.served):
        command = f"python deploy.py rollback --to {newer.id} --target {job.target_name}"
        hint = f"{newer.id} is newer, and was live: {command}"
    return Refused(f"{job.target_name} has no earlier release that was live", hint=hint)
