"""Provisions a target's host over SSH, with the script that the box build and Vagrant run too."""

from pathlib import PurePosixPath

from understudy import session
from understudy.commands import firewall
from understudy.connection import SshConnection
from understudy.errors import StepFailed, Unreachable
from understudy.job import Job
from understudy.report import Report


def provision(job: Job) -> None:
    """Makes the target's host able to run the site. Raises StepFailed with the script's last lines."""
    wanted, script = session.provisioning(job), PurePosixPath(".understudy-provision.sh")
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
