"""A target's host is provisioned over SSH, with the script that the box build and Vagrant run as well."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import PurePosixPath

from understudy.commands import firewall, off_host
from understudy.config import domains
from understudy.errors import Refused, StepFailed, UnderstudyError, Unreachable, WouldChange
from understudy.host import session, wanted_packages
from understudy.host.facts import ObservedState
from understudy.host.provisioned import Provisioned, ProvisioningCheck
from understudy.job import Job
from understudy.local.apt_output import AptOutput
from understudy.local.numbers import number_of
from understudy.report.events import Report
from understudy.ssh.connection import Connection, SshConnection

Around = Callable[[Job, Connection, ObservedState, str], AbstractContextManager[None]]
# A line of the script with this start names what is in the way.
_REFUSED = "provision: refused: "


@contextmanager
def _alone(job: Job, connection: Connection, observed: ObservedState, verb: str) -> Iterator[None]:
    yield


def provision(job: Job, around: Around = _alone) -> None:
    """Makes the target's host able to run the site. Raises Refused, with nothing changed, if something
    there is in the way, and StepFailed with the script's last lines if a step fails.

    around: what changes of the host are made in.
    """
    with (
        SshConnection(job.target, job.target.admin) as connection,
        job.report.step(f"provision {job.target_name}"),
    ):
        observed = _refuse_if_domain_is_taken(job, connection)
        job.report.attach("app", job.config.app.name)
        session.report_os(job, observed)
        is_done = observed.stamp == session.provisioning(job).stamp and not _changes(
            job, connection
        )
        if not is_done:
            with around(job, connection, observed, "provision"):
                _run(job, connection, _shown_on(job.report))
                _confirm_firewall(job)
        key = _backup_key(job, connection)
    answer = Provisioned(job.target_name, job.target.address, not is_done, key)
    job.report.answer(answer)


def check(job: Job) -> None:
    """Prints what provision() would change, and changes nothing. Raises WouldChange if it would change
    anything, and Refused as provision() does.
    """
    with (
        SshConnection(job.target, job.target.admin) as connection,
        job.report.step(f"check what provisioning would change on {job.target_name}"),
    ):
        _refuse_if_domain_is_taken(job, connection)
        changes = _changes(job, connection)
    job.report.answer(ProvisioningCheck(job.target_name, job.target.address, tuple(changes)))
    if changes:
        raise WouldChange(
            f"{job.target_name}: provisioning would change the host ({number_of(len(changes), 'change')})",
            hint=f"python deploy.py provision --target {job.target_name}",
        )


def _backup_key(job: Job, connection: SshConnection) -> str:
    """The key that the server for off-host backups has to accept. The host has opened no repository yet."""
    backups = job.config.backups
    if not (backups and backups.ssh and job.config.backups_of(job.target)):
        return ""
    return connection.run(off_host.unused_key(job.config.app.name)).output.strip()


def _changes(job: Job, connection: SshConnection) -> list[str]:
    """What the script would change, a line for each change."""
    text = _run(job, connection, lambda line: None, check=True)
    lines = (line.strip() for line in text.splitlines())
    # Some steps take a directory from its owner and give it back, or reload a service once more.
    return list(dict.fromkeys(line for line in lines if line.startswith("would ")))


def _refuse_if_domain_is_taken(job: Job, connection: SshConnection) -> ObservedState:
    """The script can't check this: it does not know the domain, since a box is built without one."""
    observed = session.gather(connection, job.config)
    domains.refuse_if_taken(job.config, job.target, observed.other_sites, job.target_name)
    return observed


def _run(
    job: Job, connection: SshConnection, on_line: Callable[[str], None], *, check: bool = False
) -> str:
    """Runs the script and returns its output. Leaves no copy of the script on the host."""
    provisioning, script = session.provisioning(job), PurePosixPath(".understudy-provision.sh")
    # A relative path is in the admin's home, where no one else can put a file of that name.
    connection.put(provisioning.script.encode(), script)
    argv = firewall.provision(script, provisioning.arguments, check=check)
    done = connection.run(argv, seconds=1800, on_line=on_line)
    connection.run(("rm", "-f", str(script)))
    if not done.ok:
        raise _provisioning_failed(job, done.text)
    return done.output


def _confirm_firewall(job: Job) -> None:
    """Confirms a changed firewall and changed SSH logins over a new connection, which shows that they let
    a login by key in. The old connection would outlive rules that do not.
    """
    try:
        connection = SshConnection(job.target, job.target.admin)
    except Unreachable as error:
        raise StepFailed(
            f"{job.target_name}: unreachable after the change of its firewall or SSH logins; "
            f"it restores the old ones within {firewall.SECONDS} seconds",
            details=str(error),
            hint=f"The new rules open the port that `sshd -T` on the host shows, and SSH comes in at "
            f"{job.target.port}: compare them, and see whether `ssh_port` in "
            "provision/60-firewall.sh is right. Then provision again.",
        ) from None
    with connection:
        done = connection.run(firewall.confirm(job.config.app.name))
    if not done.ok:
        raise StepFailed(
            f"{job.target_name}: its firewall and SSH logins could not be confirmed",
            details=done.text,
            hint=f"Run the same command again: {job.target_name} may be as it was before.",
        )


def _provisioning_failed(job: Job, text: str) -> UnderstudyError:
    refusals = [
        line.removeprefix(_REFUSED) for line in text.splitlines() if line.startswith(_REFUSED)
    ]
    if refusals:
        return Refused(
            f"{job.target_name}: something on the host is in the way; nothing was changed",
            details="\n".join(refusals),
            hint="Remove it or change it on the host, then run the same command again.",
        )
    hint = "Fix the cause and run the same command again: it continues where it stopped."
    if "sudo: a password is required" in text or "not in the sudoers" in text:
        hint = (
            f"Give {job.target.admin} sudo without a password on the host, or set another `admin`."
        )
    return StepFailed(
        f"provisioning {job.target_name} failed",
        details="\n".join(text.splitlines()[-15:]),
        hint=hint,
        cause=wanted_packages.cause(text, session.provisioning(job).package_keys),
    )


def _shown_on(report: Report) -> Callable[[str], None]:
    """Takes the script's lines: its steps, and how far apt-get is."""
    apt = AptOutput()

    def show(line: str) -> None:
        if line.startswith("==> "):
            report.detail(line.removeprefix("==> "))
        elif share := apt.take(line):
            report.progress(share)

    return show
