"""Maintenance is turned on and off: by a person, or by a deploy for the time of its migrations."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from understudy.deploy import failed_migration, pending, restore, site_config, switch
from understudy.deploy.applied import applied
from understudy.deploy.desired import DesiredState, InMaintenance
from understudy.deploy.done import MaintenanceTurned
from understudy.errors import StepFailed
from understudy.host import session, steps
from understudy.host.facts import ObservedState
from understudy.host.session import AuditEntry
from understudy.job import Job
from understudy.release import maintenance as blocks
from understudy.release import maintenance_files
from understudy.release.layout import Paths
from understudy.release.maintenance import Maintenance
from understudy.release.render import RenderedFile
from understudy.ssh.connection import Connection, SshConnection

# The verbs of the host's understudy-site that it takes.
_NEEDS = ("install",)


def turn_on(job: Job, maintenance: Maintenance, wait: int = 0) -> None:
    """Visitors get the page of maintenance from now on. Nothing else of the site's configuration changes.

    wait: seconds for which another holder of the host's lock is waited for. Raises Refused if no release is
    live, or if the site's nginx file has no place for it, and StepFailed if a step fails.
    """
    with session.connected(job, needs=_NEEDS) as (connection, observed):
        entry = AuditEntry("maintenance", "on")
        with session.locked(connection, job, entry, wait, observed) as now:
            desired = _as_installed(job, now)
            on = _in_maintenance(job, desired.site_config, maintenance)
            steps.apply_all(job, connection, site_config.turn_on(desired, now, on))
    if now.maintenance:
        job.report.say(f"  in place of: {blocks.describe(now.maintenance)}")
    job.report.say(f"{job.target_name}: {blocks.describe(maintenance)}")
    job.report.answer(
        MaintenanceTurned(
            job.target_name,
            job.target.address,
            on=True,
            changed=True,
            since=datetime.fromisoformat(maintenance.since),
            until=datetime.fromisoformat(maintenance.until) if maintenance.until else None,
            message=maintenance.message,
            allow=maintenance.allow,
        )
    )


def turn_off(job: Job, wait: int = 0) -> None:
    """The site answers again. Raises as turn_on() does."""
    with session.connected(job, needs=_NEEDS) as (connection, observed):
        entry = AuditEntry("maintenance", "off")
        with session.locked(connection, job, entry, wait, observed) as now:
            was_on = now.maintenance is not None
            if was_on:
                _turn_off(job, connection, now)
    job.report.answer(
        MaintenanceTurned(job.target_name, job.target.address, on=False, changed=was_on)
    )


def warn_if_on(job: Job, observed: ObservedState) -> None:
    """Visitors don't see what is live, and tests of its pages fail."""
    if observed.maintenance:
        job.report.warn(
            f"{job.target_name}: {blocks.describe(observed.maintenance)}. Visitors get its page until "
            f"`python deploy.py maintenance off --target {job.target_name}`"
        )


def for_migrations(
    job: Job,
    paths: Iterable[str],
    connection: Connection,
    desired: DesiredState,
    observed: ObservedState,
    changed: Callable[[str], bool | None] = lambda live: None,
) -> DesiredState:
    """The desired state with maintenance for the time of the migrations, if deploy.yml asks for that and there
    are any. paths: of the commit's files. changed: whether its migrations differ from those of the live commit,
    for an app that is not Django's.
    """
    wanted = desired.app.maintenance == "migrations" and desired.app.migrate_commands
    off = observed.maintenance is None or observed.maintenance.automatic
    if not (wanted and off and observed.current in observed.running):
        return desired
    if switch.is_live(desired, observed):
        # Nothing is migrated for a release that is live already.
        return desired
    before = _applied(connection, desired)
    if before is not None and not pending.pending(paths, before):
        return desired
    if (
        desired.app.preset != "django"
        and changed(restore.live_release(job, observed).commit) is False
    ):
        return desired
    automatic = Maintenance(since=session.now(), by=session.who(), automatic=True)
    on = _in_maintenance(job, desired.site_config, automatic)
    return replace(desired, while_migrating=replace(on, migrations=before))


def after_failure(
    job: Job, connection: SshConnection, desired: DesiredState, error: StepFailed
) -> StepFailed:
    """Turns the deploy's maintenance off again if nothing was migrated. Returns the error to raise, which says
    whether maintenance is on.
    """
    if desired.while_migrating is None:
        return error
    now = session.gather(connection, job.config)
    if not (now.maintenance and now.maintenance.automatic):
        return error
    before = desired.while_migrating.migrations
    known = before is not None and failed_migration.undoes_what_failed(desired.app.database)
    if known and before == _applied(connection, desired):
        _turn_off(job, connection, now)
        state = "Maintenance is off again: nothing was migrated."
    else:
        state = (
            f"MAINTENANCE is still on for {job.target_name}: the database may have changed. The next deploy "
            f"turns it off, or python deploy.py maintenance off --target {job.target_name}."
        )
    error.hint = f"{error.hint} {state}".strip()
    return error


def _turn_off(job: Job, connection: SshConnection, now: ObservedState) -> None:
    desired = _as_installed(job, now)
    steps.apply_all(job, connection, site_config.install(desired, now))


def _as_installed(job: Job, now: ObservedState) -> DesiredState:
    """The site config as the host has it, without maintenance: deploy.yml may be ahead of it."""
    paths = Paths(job.config.root)
    listed = now.files.get(str(paths.units_list), "").split()
    others = (paths.unit_file.with_name(name) for name in listed)
    files = tuple(
        RenderedFile(path, now.files[str(path)])
        for path in (paths.nginx_file, paths.unit_file, *others)
        if str(path) in now.files
    )
    return DesiredState(
        job.config,
        job.target,
        restore.live_release(job, now),
        site_config=maintenance_files.without_maintenance(files),
    )


def _in_maintenance(
    job: Job, files: tuple[RenderedFile, ...], maintenance: Maintenance
) -> InMaintenance:
    config, target, templates = job.config, job.target, job.project.templates
    on = maintenance_files.with_maintenance(files, config, target, templates, maintenance)
    return InMaintenance(on, maintenance_files.page(config, target, templates, maintenance))


def _applied(connection: Connection, desired: DesiredState) -> frozenset[str] | None:
    """The migrations that the databases have; None where no one knows them."""
    known = desired.app.preset == "django" and desired.app.database != "external"
    return applied(connection, desired) if known else None
