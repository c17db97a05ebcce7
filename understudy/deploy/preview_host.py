"""What a deploy to one host would do: its files, migrations and steps. Nothing is changed."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from understudy.commands import app as app_commands
from understudy.commands import backups
from understudy.deploy import (
    certificate_names,
    deploy_host,
    external_database,
    generated_secrets,
    hsts,
    maintenance,
    pending,
    plan,
    prepare,
    preview,
    queue_findings,
)
from understudy.deploy.applied import applied
from understudy.deploy.desired import DesiredState
from understudy.host import session
from understudy.host.actions import described
from understudy.job import Job
from understudy.release import source as sources
from understudy.release.source import Source
from understudy.ssh.connection import Connection


def preview_plan(job: Job, source: Source) -> None:
    """Prints the files that a deploy would change, the migrations that it would run, and its steps."""
    with session.connected(job) as (connection, observed), TemporaryDirectory() as work:
        secrets = generated_secrets.make_plan(job.config, observed)
        if secrets:
            # The release that follows gets another id; which one, no one knows yet.
            observed = replace(observed, secrets="not made yet")
        desired = prepare.desired_state(job, source, observed)
        paths = sources.paths(source)
        desired = maintenance.for_migrations(job, paths, connection, desired, observed)
        shipment = prepare.shipment(job, source, desired, observed, Path(work))
        actions = [*secrets, *plan.make_plan(desired, shipment, observed)]
        if not actions:
            deploy_host.report_converged(job, desired)
            return
        certificate_names.warn(job, connection)
        would_run = list(_migrations(connection, source, desired))
    for warning in (
        *hsts.warnings(desired, observed),
        *external_database.warnings(desired.app),
        *queue_findings.findings(job.config, desired.target),
    ):
        job.report.warn(warning)
    for diff in preview.diffs(desired, observed):
        job.report.say(diff.rstrip())
    for line in would_run:
        job.report.say(line)
    job.report.say(f"a deploy to {job.target_name} would take {len(actions)} steps:")
    for action in actions:
        for line in described(action):
            job.report.say(f"  {line}")


def _migrations(connection: Connection, source: Source, desired: DesiredState) -> Iterator[str]:
    if not desired.app.migrate_commands:
        return
    if desired.app.database == "external":
        yield from _of_external(connection, desired)
        return
    there = applied(connection, desired)
    yield from pending.lines(pending.pending(sources.paths(source), there), there)


def _of_external(connection: Connection, desired: DesiredState) -> Iterator[str]:
    app = desired.app
    yield "which migrations would run is not known before the deploy: database: external"
    argv = backups.has_data(app.database, app.name, desired.paths.backups, app.database_url)
    yield from app_commands.notes(connection.run(argv, user=app.name).output)
