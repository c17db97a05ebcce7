"""Gathers facts, plans, applies, tells. The only module that changes a host."""

import getpass
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from understudy import artifact, bytecode, facts, health, packages, plan, render
from understudy.commands import firewall
from understudy.config import Config
from understudy.connection import Connection, SshConnection
from understudy.errors import LoginRefused, Refused, StepFailed, Unreachable
from understudy.facts import Facts
from understudy.job import Job
from understudy.plan import Action, Run, Shipment, Stage, Start, Upload, Wanted
from understudy.provision import Provisioning
from understudy.release import Manifest, release_id
from understudy.report import Report

# A migration of real data may take long; a step that hangs must still end some day.
SECONDS_FOR_A_STEP = 4 * 3600


def provision(job: Job) -> None:
    """Makes the target's host able to run the site. Raises StepFailed with the script's last lines."""
    wanted, script = _provisioning(job), PurePosixPath(".understudy-provision.sh")
    with (
        SshConnection(job.target, job.target.admin) as connection,
        job.report.step(f"provision {job.target_name}"),
    ):
        # A relative path is in the admin's home, where nobody else can put a file of that name.
        connection.put(wanted.script.encode(), script)
        done = connection.run(
            firewall.provision(script, wanted.arguments),
            seconds=1800,
            on_line=lambda line: _tell_step(job.report, line),
        )
        connection.run(("rm", "-f", str(script)))
        if not done.ok:
            raise _provisioning_failed(job, done.text)
        _confirm_firewall(job)


def _confirm_firewall(job: Job) -> None:
    """Lets a changed firewall stay. The old connection would outlive one that lets nobody in."""
    try:
        door = SshConnection(job.target, job.target.admin)
    except Unreachable as error:
        raise StepFailed(
            f"{job.target_name} lets nobody in any more; "
            f"it undoes its firewall within {firewall.SECONDS} seconds",
            details=str(error),
            hint=f"The new rules open the port that `sshd -T` on the host tells, for SSH comes in at "
            f"{job.target.port}: compare them, and see whether `ssh_port` in "
            "provision/60-firewall.sh is right. Then provision again.",
        ) from None
    with door as connection:
        done = connection.run(firewall.confirm(job.config.app.name))
    if not done.ok:
        raise StepFailed(
            f"{job.target_name}: its firewall could not be confirmed",
            details=done.text,
            hint=f"Run the same command again: {job.target_name} may be as it was before.",
        )


def _provisioning_failed(job: Job, text: str) -> StepFailed:
    hint = "Mend the cause and run the same command again: it goes on where it stopped."
    if "sudo: a password is required" in text or "not in the sudoers" in text:
        hint = (
            f"Give {job.target.admin} sudo without a password on the host, or set another `admin`."
        )
    return StepFailed(
        f"provisioning {job.target_name} failed",
        details="\n".join(text.splitlines()[-15:]),
        hint=hint,
    )


def _tell_step(report: Report, line: str) -> None:
    if line.startswith("==> "):
        report.detail(line.removeprefix("==> "))


def deploy(job: Job) -> None:
    """Makes the target serve the commit that deploy.yml means."""
    source = _source(job)
    with _connected(job) as (connection, found):
        wanted = _wanted(job, source, found)
        if _is_converged(wanted, found):
            _say_converged(job, wanted)
            return
        with (
            connection.lock(wanted.paths.lock, f"{_who()} since {wanted.release.deployed_at}"),
            TemporaryDirectory() as work,
        ):
            # Whoever held the lock until now may have changed what was just seen.
            found = _gather(connection, job.config)
            shipment = _shipment(job, source, wanted, found, Path(work))
            for action in plan.make_plan(wanted, shipment, found):
                with job.report.step(action.title):
                    _apply(connection, action)
    job.report.say(f"{job.target_name} serves {wanted.release.id} at {plan.health_url(wanted)}")


def preview(job: Job) -> None:
    """Tells what deploy() would do, and touches nothing on the host."""
    source = _source(job)
    with _connected(job) as (_, found), TemporaryDirectory() as work:
        wanted = _wanted(job, source, found)
        shipment = _shipment(job, source, wanted, found, Path(work))
    actions = plan.make_plan(wanted, shipment, found)
    if not actions:
        _say_converged(job, wanted)
        return
    for diff in plan.diffs(wanted, found):
        job.report.say(diff.rstrip())
    job.report.say(f"{len(actions)} steps to come on {job.target_name}:")
    for action in actions:
        job.report.say(f"  {action.title}")


def require_converged(job: Job) -> None:
    """Raises StepFailed if a deploy would still have something to do."""
    source = _source(job)
    with _connected(job) as (_, found):
        actions = plan.make_plan(_wanted(job, source, found), plan.NO_SHIPMENT, found)
    if actions:
        raise StepFailed(
            f"{job.target_name} was just deployed to, and yet a deploy would change it",
            details="\n".join(action.title for action in actions),
        )


def _is_converged(wanted: Wanted, found: Facts) -> bool:
    return not plan.make_plan(wanted, plan.NO_SHIPMENT, found)


def _say_converged(job: Job, wanted: Wanted) -> None:
    job.report.say(f"{job.target_name} already serves {wanted.release.id}: nothing to do")


def status(job: Job) -> None:
    """Tells what the target's host runs."""
    with _connected(job) as (_, found):
        serving = found.release(found.current)
    job.report.say(f"{job.target_name} ({job.target.address}, {found.os})")
    if serving is None:
        job.report.say("  serves nothing yet")
        return
    state = "running" if serving.id in found.running and found.nginx_active else "NOT RUNNING"
    job.report.say(f"  serves {serving.id} (commit {serving.commit[:12]}), {state}")
    job.report.say(f"  deployed {serving.deployed_at} by {serving.deployed_by}")


@contextmanager
def _connected(job: Job) -> Iterator[tuple[SshConnection, Facts]]:
    """A connection as the deployer to a host that is provisioned, and its facts."""
    try:
        door = SshConnection(job.target, job.config.host.deployer)
    except LoginRefused:
        # Before a host is provisioned it has no deployer: that's no wrong key.
        with SshConnection(job.target, job.target.admin) as admin:
            _refuse_unless_provisioned(job, _gather(admin, job.config))
        raise
    with door as connection:
        found = _gather(connection, job.config)
        _refuse_unless_provisioned(job, found)
        yield connection, found


def _refuse_unless_provisioned(job: Job, found: Facts) -> None:
    if found.stamp != _provisioning(job).stamp:
        state = "was provisioned otherwise than deploy.yml and provision/ now say"
        raise Refused(
            f"{job.target_name} ({job.target.address}) "
            + (state if found.stamp else "is not provisioned"),
            hint=f"python deploy.py provision --target {job.target_name}",
        )


def _gather(connection: Connection, config: Config) -> Facts:
    done = connection.run(facts.query(config.app.name), seconds=60)
    if not done.ok:
        raise StepFailed("the host's facts can't be read", details=done.text)
    return facts.parse(done.output)


def _source(job: Job) -> artifact.Source:
    beside = job.project.config_file.absolute().parent
    source = artifact.find_source(job.config.app, beside, job.project.cache / "git")
    if job.target.require_clean:
        artifact.refuse_if_dirty(source)
    elif source.dirty:
        job.report.warn(
            f"{len(source.dirty)} uncommitted changes are not deployed; "
            f"what is deployed is commit {source.commit[:12]}"
        )
    return source


def _wanted(job: Job, source: artifact.Source, found: Facts) -> Wanted:
    config, target, templates = job.config, job.target, job.project.templates
    # The id stands in the files that it's a digest of: there, a dash stands for it.
    unnamed = render.release_files(config, target, "-", templates)
    host_files = render.host_files(config, target, templates)
    commands = (config.app.build_commands, config.app.release_commands)
    made_of = (
        *(source.tree, source.lock, found.python, repr(commands)),
        *(file.content for file in unnamed),
        # Only what is newly started follows a changed unit.
        *(file.content for file in host_files if file.path.suffix == ".service"),
    )
    name = release_id(source.commit, made_of)
    release = Manifest(
        id=name,
        commit=source.commit,
        lock=f"{source.lock_hash}-{found.python}",
        deployed_at=datetime.now(UTC).isoformat(timespec="seconds"),
        deployed_by=_who(),
    )
    return Wanted(
        config=config,
        target=target,
        release=release,
        release_files=render.release_files(config, target, name, templates),
        host_files=host_files,
    )


def _shipment(
    job: Job, source: artifact.Source, wanted: Wanted, found: Facts, work: Path
) -> Shipment:
    """Makes the files that will travel. Packages are only looked for if the host lacks some."""
    release_tar, packages_tar = work / "release.tar.gz", work / "packages.tar.gz"
    compiler = bytecode.compiler(found.python)
    if found.release(wanted.release.id) is None:
        release_tar.write_bytes(
            artifact.release_tar(source, wanted.release_files, wanted.release, compiler)
        )
    needed: Mapping[str, Path] = {}
    if plan.needs_environment(wanted, found):
        with job.report.step("get the locked packages"):
            needed = packages.packages(source.lock, found.python, found.machine, job.project.cache)
    missing = [tar for name, tar in needed.items() if name not in found.packages]
    packages_tar.write_bytes(packages.join(missing))
    return Shipment(release_tar, packages_tar, tuple(needed), compiled=compiler is not None)


def _apply(connection: Connection, action: Action) -> None:
    match action:
        case Run():
            done = connection.run(action.argv, user=action.user, seconds=SECONDS_FOR_A_STEP)
            if not done.ok:
                raise StepFailed(
                    f"{action.title}: failed",
                    details="\n".join(done.text.splitlines()[-25:]),
                    hint=action.hint,
                )
        case Upload():
            connection.put(action.local, action.remote)
        case Stage():
            connection.run(("mkdir", "-p", str(action.directory)))
            for file in action.files:
                connection.put(file.content.encode(), file.path)
        case Start():
            health.start_and_wait(connection, action)


def _provisioning(job: Job) -> Provisioning:
    return job.project.provisioning(job.config, job.target.admin)


def _who() -> str:
    return f"{getpass.getuser()}@{socket.gethostname()}"
