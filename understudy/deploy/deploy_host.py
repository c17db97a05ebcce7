"""The verbs that bring a commit to a host: deploy and plan."""

import gzip
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from understudy.commands import app as app_commands
from understudy.config import domains
from understudy.deploy import django_settings, plan, preview, switch
from understudy.deploy.desired import NO_SHIPMENT, DesiredState, Shipment
from understudy.deploy.under_load import under_load, without_load
from understudy.errors import Refused, StepFailed
from understudy.host import backups, session, steps
from understudy.host.actions import Action
from understudy.host.facts import ObservedState
from understudy.host.session import AuditEntry
from understudy.job import Job
from understudy.local.exclusive_lock import exclusive_lock
from understudy.receipts import gate
from understudy.release import archive, bytecode, render, source_checks, wheels, worktree
from understudy.release import source as sources
from understudy.release.layout import Manifest, release_id
from understudy.ssh.connection import Connection, SshConnection

# What the site may write while a release is made: sessions, uploads, its database's journal.
ROOM_FOR_THE_SITE = 64 * 2**20
# Seconds. The quicker ones are in the report only: a first deploy has dozens.
SLOW_MIGRATION = 1.0


def deploy(
    job: Job,
    source: sources.Source | None = None,
    *,
    probe: bool = False,
    wait: int = 0,
    without_rehearsal: str | None = None,
) -> list[str]:
    """Makes a host serve the commit that deploy.yml means. Returns the warnings there were.

    source: that commit, if it was found before. probe: send requests all the while and tell whether
    any was lost. wait: seconds for the lock. without_rehearsal: the reason why it goes ahead without
    a receipt.
    """
    source = source or resolve_source(job)
    with session.connected(job) as (connection, found):
        wanted = _wanted(job, source, found)
        if _is_converged(wanted, found):
            _say_converged(job, wanted)
            return []
        _require_receipt(job, source, connection, without_rehearsal)
        deed = AuditEntry("deploy", wanted.release.id, source.commit, without_rehearsal)
        with (
            session.locked(connection, job, deed, wait, found) as found,
            TemporaryDirectory() as work,
        ):
            # Whoever held the lock until now may have changed what was just seen.
            wanted = _wanted(job, source, found)
            deed.what = wanted.release.id
            with exclusive_lock(job.project.cache):
                shipment = _shipment(job, source, wanted, found, Path(work))
            _refuse_without_room(job, found, shipment)
            actions = plan.make_plan(wanted, shipment, found)
            findings: list[str] = []
            with (under_load if probe else without_load)(job, connection, wanted, found) as watch:

                def after(action: Action, output: str) -> None:
                    watch(action, output)
                    findings.extend(_process_output(job, connection, wanted, output))

                warnings = steps.apply_all(job, connection, actions, after=after)
    job.report.say(f"{job.target_name} serves {wanted.release.id} at {_address(wanted)}")
    if without_rehearsal:
        job.report.warn(f"IT WAS NOT REHEARSED. Reason in the audit log: {without_rehearsal}")
    return [*warnings, *findings]


def _process_output(
    job: Job, connection: SshConnection, wanted: DesiredState, output: str
) -> Sequence[str]:
    """What a step's output asks for. Returns what it says is wrong, which is warned of."""
    if app_commands.BACKED_UP in output:
        backups.prune(connection, job)
    if applied := app_commands.applied_migrations(output):
        job.report.attach("migrations", [[one.app, one.name, one.outcome] for one in applied])
    for one in applied:
        if one.seconds >= SLOW_MIGRATION:
            job.report.say(f"  migration {one.app}.{one.name} {one.outcome}")
    for note in app_commands.notes(output):
        job.report.warn(note)
    for advice in django_settings.advice_in(output):
        job.report.say(f"  {advice}")
    findings = django_settings.findings_in(output, wanted)
    for finding in findings:
        job.report.warn(finding)
    return findings


def _require_receipt(
    job: Job, source: sources.Source, connection: Connection, without_rehearsal: str | None
) -> None:
    if without_rehearsal:
        job.report.warn(f"DEPLOYING TO {job.target_name} WITHOUT A REHEARSAL: {without_rehearsal}")
    elif job.target.require_receipt:
        with job.report.step("look for the receipt of a rehearsal"):
            gate.require(job, source, connection)


def is_up_to_date(job: Job, source: sources.Source, *, rehearsed: bool) -> bool:
    """Whether a deploy would find nothing to do, which it tells. Raises what would keep it from beginning.

    rehearsed: whether it's to have a receipt, where the target wants one.
    """
    with session.connected(job) as (connection, found):
        wanted = _wanted(job, source, found)
        if _is_converged(wanted, found):
            _say_converged(job, wanted)
            return True
        if rehearsed and job.target.require_receipt:
            gate.check(job, source, connection)
    return False


def preview_plan(job: Job, source: sources.Source) -> None:
    """Tells what deploy() would do, and touches nothing on the host."""
    with session.connected(job) as (_, found), TemporaryDirectory() as work:
        wanted = _wanted(job, source, found)
        with exclusive_lock(job.project.cache):
            shipment = _shipment(job, source, wanted, found, Path(work))
    actions = plan.make_plan(wanted, shipment, found)
    if not actions:
        _say_converged(job, wanted)
        return
    for diff in preview.diffs(wanted, found):
        job.report.say(diff.rstrip())
    job.report.say(f"{len(actions)} steps to come on {job.target_name}:")
    for action in actions:
        job.report.say(f"  {action.title}")


def refuse_unless_another(job: Job, commit: str) -> None:
    """Raises Refused if that commit is the one that would be deployed, ConfigError if git hasn't it."""
    source = resolve_source(job)
    app = job.at(commit).config.app
    before = sources.resolve_source(app, job.directory, job.project.cache / "git")
    if before.commit == source.commit:
        raise Refused(f"it is the same commit, {commit[:12]}")


def require_converged(job: Job) -> None:
    """Raises StepFailed if a deploy would still have something to do."""
    source = resolve_source(job)
    with session.connected(job) as (_, found):
        actions = plan.make_plan(_wanted(job, source, found), NO_SHIPMENT, found)
    if actions:
        raise StepFailed(
            f"{job.target_name} was just deployed to, and yet a deploy would change it",
            details="\n".join(action.title for action in actions),
            hint=f"Something there changes what a deploy writes, or stops what it starts: python "
            f"deploy.py plan --target {job.target_name} shows the lines.",
        )


def _is_converged(wanted: DesiredState, found: ObservedState) -> bool:
    return not plan.make_plan(wanted, NO_SHIPMENT, found)


def _say_converged(job: Job, wanted: DesiredState) -> None:
    job.report.say(f"{job.target_name} already serves {wanted.release.id}: nothing to do")


def _address(wanted: DesiredState) -> str:
    return switch.url(wanted, wanted.app.health_path)


def resolve_source(job: Job) -> sources.Source:
    """The commit that a deploy would ship. Refused, or warned of, if there is more than committed."""
    source = sources.resolve_source(job.config.app, job.directory, job.project.cache / "git")
    if job.config.target(job.target_name).require_clean:
        sources.refuse_if_dirty(source)
    elif source.dirty:
        job.report.warn(
            f"{len(source.dirty)} uncommitted changes are not deployed; "
            f"what is deployed is commit {source.commit[:12]}"
        )
    return source


def check_source(job: Job) -> None:
    """Raises ConfigError for what git alone shows can't work; warns of what may not. Asks no host."""
    app = job.config.app
    source = sources.find_commit(app, job.directory, job.project.cache / "git")
    commit = worktree.look(source)
    source_checks.refuse(app, commit, worktree.elsewhere(source))
    for warning in source_checks.warnings(app, commit):
        job.report.warn(warning)


def fingerprint_inputs(
    job: Job, source: sources.Source, *, python: str, secrets: str
) -> tuple[str, ...]:
    """All that makes one release of a commit another than the next. python, secrets: the host's."""
    config, target, templates = job.config, job.target, job.project.templates
    # The id stands in the files that it's a digest of: there, a dash stands for it.
    unnamed = render.release_files(config, target, "-", templates)
    host_files = render.host_files(config, target, templates)
    app = config.app
    commands = (app.build_commands, app.release_commands, app.migrate_commands)
    return (
        *(source.tree, source.lock, python, repr(commands), secrets),
        *(file.content for file in unnamed),
        # Only what is newly started follows a changed unit.
        *(file.content for file in host_files if file.path.suffix == ".service"),
    )


def _wanted(job: Job, source: sources.Source, found: ObservedState) -> DesiredState:
    config, target, templates = job.config, job.target, job.project.templates
    domains.refuse_if_taken(config, target, found.other_sites, job.target_name)
    unlike = fingerprint_inputs(job, source, python=found.python, secrets=found.secrets)
    name = release_id(source.commit, unlike)
    release = Manifest(
        id=name,
        commit=source.commit,
        lock=f"{source.lock_hash}-{found.python}",
        deployed_at=datetime.now(UTC).isoformat(timespec="seconds"),
        deployed_by=session.who(),
    )
    return DesiredState(
        config=config,
        target=target,
        release=release,
        release_files=render.release_files(config, target, name, templates),
        host_files=render.host_files(config, target, templates),
    )


def _shipment(
    job: Job, source: sources.Source, wanted: DesiredState, found: ObservedState, work: Path
) -> Shipment:
    """Makes the files that will travel. Packages are only looked for if the host lacks some."""
    release_tar, packages_tar = work / "release.tar.gz", work / "packages.tar.gz"
    compiler = bytecode.compiler(found.python)
    if found.release(wanted.release.id) is None:
        release_tar.write_bytes(
            archive.release_tar(source, wanted.release_files, wanted.release, compiler)
        )
    needed: Mapping[str, Path] = {}
    if plan.needs_environment(wanted, found):
        with job.report.step("get the locked packages"):
            needed = wheels.packages(source.lock, found.python, found.machine, job.project.cache)
    missing = [tar for name, tar in needed.items() if name not in found.packages]
    packages_tar.write_bytes(wheels.join(missing))
    room = sum(_unpacked(tar) for tar in (release_tar, packages_tar) if tar.exists())
    return Shipment(release_tar, packages_tar, tuple(needed), compiler is not None, room)


def _unpacked(tar: Path) -> int:
    with gzip.open(tar) as unpacked:
        return unpacked.seek(0, os.SEEK_END)


def _refuse_without_room(job: Job, found: ObservedState, shipment: Shipment) -> None:
    """Half of a release on a full disk would take the site down with it."""
    if shipment.room and found.free < shipment.room + ROOM_FOR_THE_SITE:
        raise StepFailed(
            f"{job.target_name} has {found.free // 2**20} MiB of disk free; this release takes "
            f"{shipment.room // 2**20}, and the site that runs needs some, too",
            hint="`df -h` on the host tells more. What served before still serves.",
        )
