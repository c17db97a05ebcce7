"""What a deploy to one host would do: its files, migrations and steps. Nothing is changed."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from understudy.commands import app as app_commands
from understudy.commands import backups
from understudy.deploy import (
    certificate_names,
    deploy_host,
    external_database,
    generated_secrets,
    hsts,
    maintenance,
    notify_secrets,
    own_code,
    pending,
    plan,
    prepare,
    preview,
    queue_findings,
)
from understudy.deploy.applied import applied
from understudy.deploy.desired import DesiredState
from understudy.deploy.planned import Plan, PlannedMigrations, PlannedStep
from understudy.hooks import order
from understudy.host import session
from understudy.job import Job
from understudy.release import migration_files
from understudy.release import source as sources
from understudy.release.source import Source
from understudy.ssh.connection import Connection


def preview_plan(job: Job, source: Source, migrated_by: str = "") -> None:
    """Prints the files that a deploy would change, the migrations that it would run, and its steps.

    migrated_by: see DesiredState.
    """
    with session.connected(job) as (connection, observed):
        secrets = generated_secrets.make_plan(job.config, observed)
        if secrets:
            # The release that follows gets another id; which one, no one knows yet.
            observed = replace(observed, secrets="not made yet")
        desired = prepare.desired_state(job, source, observed)
        desired = replace(desired, migrated_by=migrated_by)
        paths = sources.paths(source)
        changed = partial(migration_files.changed, source)
        desired = maintenance.for_migrations(job, paths, connection, desired, observed, changed)
        shipment = prepare.shipment(job, source, desired, observed)
        actions = [*secrets, *plan.make_plan(desired, shipment, observed)]
        answer = Plan(
            job.target_name,
            job.target.address,
            None if secrets else desired.release.id,
            desired.release.commit,
        )
        if not actions:
            job.report.answer(answer)
            return
        certificate_names.warn(job, connection, observed)
        migrations = _migrations(connection, source, desired)
        refused = deploy_host.receipt_refusal(job, source, connection)
    for warning in (
        *hsts.warnings(desired, observed),
        *external_database.warnings(desired.app),
        *notify_secrets.warnings(job.target_name, desired, observed),
        *queue_findings.findings(job.config, desired.target, job.target_name),
    ):
        job.report.warn(job.located(warning))
    steps = _with_hooks(job, map(PlannedStep.of, actions), has_release=bool(observed.current))
    files = tuple(preview.changes(desired, observed, _ours(job)))
    job.report.answer(
        replace(answer, files=files, migrations=migrations, steps=steps, refused=refused)
    )


def _ours(job: Job) -> set[str]:
    """The programs of a release that the project has no template of its own for."""
    found = {name: job.project.templates.file(file) for name, file in own_code.TEMPLATES.items()}
    return {name for name, file in found.items() if file.is_relative_to(job.project.resources)}


def _with_hooks(
    job: Job, steps: Iterable[PlannedStep], *, has_release: bool
) -> tuple[PlannedStep, ...]:
    hooks, target = job.config.hooks, job.target_name
    hosts = len(job.config.hosts(target))
    before, after = order.titles(hooks, target, "deploy", has_release=has_release, hosts=hosts)
    if skipped := order.left_out(hooks, target, "before_deploy", has_release=has_release):
        job.report.say(skipped)
    return (*map(PlannedStep, before), *steps, *map(PlannedStep, after))


def _migrations(connection: Connection, source: Source, desired: DesiredState) -> PlannedMigrations:
    if not desired.app.migrate_commands:
        return PlannedMigrations()
    if desired.migrated_by:
        return PlannedMigrations(host=desired.migrated_by)
    if desired.app.preset != "django":
        # Only Django keeps their names in a table that is known here.
        return PlannedMigrations(None, backup=None)
    if desired.app.database == "external":
        return PlannedMigrations(None, notes=tuple(_notes(connection, desired)), backup=None)
    there = applied(connection, desired)
    found = pending.pending(sources.paths(source), there)
    # Of packages there may be others.
    backup = bool(found) or None
    return PlannedMigrations(tuple(found), new_database=not there, backup=bool(there) and backup)


def _notes(connection: Connection, desired: DesiredState) -> Iterable[str]:
    app = desired.app
    argv = backups.has_data(app.database, app.name, desired.paths.backups, app.database_url)
    return app_commands.notes(connection.run(argv, user=app.name).output)
