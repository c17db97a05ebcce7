"""Each timer of the site is run once, as by the clock: it must end well, in its time."""

from understudy.commands import site
from understudy.errors import StepFailed
from understudy.host.recording import RecordingConnection
from understudy.host.steps import LINES_OF_OUTPUT
from understudy.job import Job
from understudy.ssh.connection import SshConnection

# For a run that is under way, and for systemd to end one that took too long.
_MORE_SECONDS = 120


def rehearse(job: Job) -> None:
    """Runs all of them, one after another. Raises StepFailed, with what they printed, if some failed."""
    failed: dict[str, str] = {}
    with SshConnection(job.target, job.config.host.deployer) as connection:
        recording = RecordingConnection(connection, job.report)
        for name in job.config.timers:
            try:
                _run(job, recording, name)
            except StepFailed as error:
                failed[name] = error.details
    if failed:
        names, site_name = ", ".join(failed), job.config.app.name
        raise StepFailed(
            f"{job.target_name}: timer{'s' if len(failed) > 1 else ''} {names} failed",
            details="\n".join(f"timer {name} failed:\n{output}" for name, output in failed.items()),
            hint=f"Try again with `python deploy.py timers run {next(iter(failed))}`; what it printed before "
            f"is in the journal of {site_name}-{next(iter(failed))}.",
        )


def _run(job: Job, connection: RecordingConnection, name: str) -> None:
    timer = job.config.timers[name]
    with job.report.step(f"run timer {name}"):
        done = connection.run(
            site.timer_run(job.config.app.name, name), seconds=2 * timer.timeout + _MORE_SECONDS
        )
        if not done.ok:
            lines = done.text.splitlines()[-LINES_OF_OUTPUT:]
            raise StepFailed(f"timer {name} failed", details="\n".join(lines))
