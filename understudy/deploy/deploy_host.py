"""One host gets the commit that deploy.yml names. rollout.py does this for all hosts of a target."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from understudy.commands import app as app_commands
from understudy.deploy import (
    calendars,
    certificate,
    certificate_names,
    commits,
    django_settings,
    external_database,
    generated_secrets,
    hsts,
    maintenance,
    notify_secrets,
    old_code,
    plan,
    prepare,
    queue_findings,
    static_copies,
)
from understudy.deploy.desired import NO_SHIPMENT, DesiredState
from understudy.deploy.going_live import GoingLive
from understudy.deploy.hooked import hooked_host
from understudy.deploy.load import load
from understudy.deploy.went_live import Deployed
from understudy.errors import ConfigError, Refused, StepFailed
from understudy.host import backups, known_names, services, session, steps
from understudy.host.actions import Action
from understudy.host.facts import ObservedState
from understudy.host.gates import Gate
from understudy.host.session import AuditEntry
from understudy.job import Job
from understudy.release import migration_files
from understudy.release import source as sources
from understudy.release.layout import Manifest
from understudy.release.source import Source
from understudy.ssh.connection import Connection, SshConnection

# Seconds. Quicker migrations are in the report only: a first deploy has dozens.
SLOW_MIGRATION = 1.0


def deploy(
    job: Job,
    source: Source | None = None,
    *,
    probe: bool = False,
    wait: int = 0,
    without_rehearsal: str | None = None,
    on_live: Callable[[Manifest], None] = lambda release: None,
    on_switch: Callable[[datetime], None] = lambda at: None,
    gate: Gate | None = None,
    migrated_by: str = "",
) -> list[str]:
    """Makes the commit that deploy.yml names the live release of a host. Returns the warnings.

    source: that commit, if it was resolved before. probe: sends requests meanwhile. wait: seconds for
    which another holder of the host's lock is waited for. without_rehearsal: the reason to deploy without
    a receipt. on_live: called with the release once it is live. on_switch: called with the time of its
    switch, if there was one. gate: see steps.apply_all(). migrated_by: see DesiredState. On a host that is as
    desired nothing is changed, and neither lock nor receipt is needed.

    Raises Refused without a receipt, without the lock or for a host that is not provisioned, Unreachable
    if the connection fails, and StepFailed if a step fails or a request is lost.
    """
    source = source or commits.resolve(job)
    with session.connected(job) as (connection, observed):
        session.report_os(job, observed)
        desired = prepare.desired_state(job, source, observed)
        if _is_converged(desired, observed):
            report_converged(job, desired)
            maintenance.warn_if_on(job, observed)
            return []
        calendars.check_on_host(job, connection)
        certificate_names.warn(job, connection, observed)
        services.require(job, connection, observed)
        require_receipt(job, source, connection, without_rehearsal)
        entry = AuditEntry("deploy", desired.release.id, source.commit, without_rehearsal)
        with (
            session.locked(connection, job, entry, wait, observed) as locked,
            hooked_host(job, connection, locked, "deploy", desired.release) as live,
        ):
            now = _with_secrets(job, connection, locked)
            # Another deploy may have changed the host before this one got the lock.
            if now is not observed:
                observed, desired = now, prepare.desired_state(job, source, now)
            entry.what = desired.release.id
            desired = replace(desired, migrated_by=migrated_by)
            going = GoingLive(observed.current)
            warnings = _converge(
                job, source, connection, desired, observed, going, probe=probe, gate=gate
            )
            going.report(job, Deployed, desired)
            live.append(desired.release)
            on_live(desired.release)
            if going.switched_at:
                on_switch(going.switched_at)
    names = (desired.release.id, *(release.id for release in observed.releases))
    known_names.keep(job.project, job.target_name, known_names.RELEASES, names)
    if observed.maintenance and not observed.maintenance.automatic:
        maintenance.warn_if_on(job, observed)
    if without_rehearsal:
        job.report.warn(
            f"{desired.release.id} WAS NOT REHEARSED. Reason in the audit log: {without_rehearsal}"
        )
    return warnings


@dataclass(frozen=True)
class Look:
    """release: the id of what a deploy would make live. up_to_date: whether it would change nothing."""

    release: str
    up_to_date: bool


def look(job: Job, source: Source, *, rehearsed: bool) -> Look:
    """What a deploy of that commit finds. That it would change nothing is reported.

    rehearsed: whether the deploy would need a receipt, where the target requires one. Raises what a
    deploy would raise before its first step.
    """
    with session.connected(job) as (connection, observed):
        desired = prepare.desired_state(job, source, observed)
        if _is_converged(desired, observed):
            report_converged(job, desired)
            return Look(desired.release.id, up_to_date=True)
        if rehearsed and job.target.require_receipt:
            from understudy.receipts import gate

            gate.check(job, source, connection)
    return Look(desired.release.id, up_to_date=False)


def is_up_to_date(job: Job, source: Source) -> bool:
    """Whether a deploy of that commit would change nothing. Raises as look()."""
    with session.connected(job) as (_, observed):
        return _is_converged(prepare.desired_state(job, source, observed), observed)


def require_converged(job: Job) -> None:
    """Raises StepFailed if a deploy right after a deploy would change the host."""
    source = commits.resolve(job)
    with session.connected(job) as (_, observed):
        desired = prepare.desired_state(job, source, observed)
    refuse_further(job, plan.make_plan(desired, NO_SHIPMENT, observed))


def refuse_further(job: Job, actions: Sequence[Action]) -> None:
    """Raises StepFailed if there are any: those of another deploy."""
    if actions:
        raise StepFailed(
            f"{job.target_name} was just deployed to, and another deploy would change it again",
            details="\n".join(action.title for action in actions),
            hint="Something on the host changes what a deploy writes, or stops what it starts: "
            f"python deploy.py plan --target {job.target_name} shows the lines.",
        )


def _is_converged(desired: DesiredState, observed: ObservedState) -> bool:
    return not generated_secrets.make_plan(desired.config, observed) and not plan.make_plan(
        desired, NO_SHIPMENT, observed
    )


def _with_secrets(job: Job, connection: SshConnection, observed: ObservedState) -> ObservedState:
    """Makes the secrets that the host lacks. Returns the host as it is with them."""
    actions = generated_secrets.make_plan(job.config, observed)
    if not actions:
        return observed
    steps.apply_all(job, connection, actions)
    return session.gather(connection, job.config)


def report_converged(job: Job, desired: DesiredState) -> None:
    """What a deploy prints that has nothing to do."""
    GoingLive(desired.release.id).report(job, Deployed, desired, changed=False)


def require_receipt(
    job: Job, source: Source, connection: Connection, without_rehearsal: str | None
) -> None:
    """Raises Refused without the receipt of a rehearsal, where the target wants one."""
    if without_rehearsal:
        job.report.warn(f"DEPLOYING TO {job.target_name} WITHOUT A REHEARSAL: {without_rehearsal}")
    elif job.target.require_receipt:
        from understudy.receipts import gate

        with job.report.step("look for the receipt of a rehearsal"):
            gate.require(job, source, connection)


def receipt_refusal(job: Job, source: Source, connection: Connection) -> str:
    """Why require_receipt() would refuse a deploy, on one line; "" if it would not."""
    if not job.target.require_receipt:
        return ""
    from understudy.receipts import gate

    try:
        gate.check(job, source, connection)
    except (Refused, ConfigError) as error:
        return ": ".join((error.summary, *error.details.splitlines()[:1]))
    return ""


def _converge(
    job: Job,
    source: Source,
    connection: SshConnection,
    desired: DesiredState,
    observed: ObservedState,
    going: GoingLive,
    *,
    probe: bool,
    gate: Gate | None,
) -> list[str]:
    """Makes the host as desired. Returns the warnings."""
    shipment = prepare.shipment(job, source, desired, observed)
    prepare.refuse_without_room(job, observed, shipment)
    for warning in (
        *hsts.warnings(desired, observed),
        *external_database.warnings(desired.app),
        *notify_secrets.warnings(job.target_name, desired, observed),
        *(
            of_queue := tuple(
                map(
                    job.located,
                    queue_findings.findings(job.config, desired.target, job.target_name),
                )
            )
        ),
    ):
        job.report.warn(job.located(warning))
    paths = sources.paths(source)
    changed = partial(migration_files.changed, source)
    desired = maintenance.for_migrations(job, paths, connection, desired, observed, changed)
    actions = plan.make_plan(desired, shipment, observed)
    findings = list(of_queue)
    sending = load(probe=probe)
    with sending(job, connection, desired, observed, going) as on_applied:

        def after(action: Action, output: str) -> None:
            on_applied(action, output)
            findings.extend(_process_output(job, connection, desired, output))

        try:
            warnings = steps.apply_all(
                job, connection, actions, after=after, explain=certificate.explain, gate=gate
            )
        except StepFailed as error:
            raise maintenance.after_failure(job, connection, desired, error) from None
    return [*warnings, *findings]


def _process_output(
    job: Job, connection: SshConnection, desired: DesiredState, output: str
) -> Sequence[str]:
    """Does what a step's output asks for. Returns what is wrong with the app's settings."""
    if app_commands.BACKED_UP in output:
        backups.prune(connection, job)
    static_copies.send(job, connection, desired, output)
    _report_migrations(job, output)
    for note in (
        *app_commands.notes(output),
        *old_code.warnings_in(output, desired),
        *django_settings.warnings_in(output, desired),
    ):
        job.report.warn(note)
    for advice in django_settings.advice_in(output, desired):
        job.report.say(f"  {advice}")
    findings = django_settings.findings_in(output, desired)
    for finding in findings:
        job.report.warn(finding)
    return findings


def _report_migrations(job: Job, output: str) -> None:
    """All into the report's data, the slow ones on the terminal as well."""
    if applied := app_commands.applied_migrations(output):
        job.report.attach("migrations", [[one.app, one.name, one.outcome] for one in applied])
    for one in applied:
        if one.seconds >= SLOW_MIGRATION:
            job.report.say(f"  migration {one.app}.{one.name} {one.outcome}")
