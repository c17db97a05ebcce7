"""A rollback is interrupted right after its switch, and a deploy finishes. The app's tasks are counted."""

from contextlib import suppress
from dataclasses import replace

from understudy.deploy import deploy_host, rollback
from understudy.deploy.tasks_under_load import counted_tasks
from understudy.job import Job
from understudy.report.events import Report
from understudy.report.forwarding import ForwardingReport
from understudy.ssh.connection import SshConnection

# The first words of the step's title: deploy/switch.py.
SWITCH = "switch to "


class _Interruption(KeyboardInterrupt):
    """As by Ctrl-C, which the steps of a rollback know already."""


class _UntilSwitch(ForwardingReport):
    def __init__(self, report: Report) -> None:
        super().__init__(lambda call: call(report))

    def ended(self, title: str, seconds: float, *, ok: bool) -> None:
        super().ended(title, seconds, ok=ok)
        if ok and title.startswith(SWITCH):
            raise _Interruption


def rehearse(job: Job) -> None:
    """Raises StepFailed if a task was lost or done twice, and what a rollback and a deploy raise."""
    job = job.without_hooks()
    with (
        SshConnection(job.target, job.config.host.deployer) as connection,
        counted_tasks(job, connection, ""),
    ):
        with suppress(_Interruption):
            rollback.rollback(replace(job, report=_UntilSwitch(job.report)), anyway=True)
        job.report.say("  interrupted")
        deploy_host.deploy(job)
