"""A rollback is broken off around its switch, and a deploy finishes: on several hosts all end in one state. The
app's tasks are counted.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from understudy.deploy import rollout, together
from understudy.deploy.tasks_under_load import counted_tasks
from understudy.host import all_hosts
from understudy.job import Job
from understudy.report.events import Report
from understudy.report.forwarding import ForwardingReport
from understudy.ssh.connection import SshConnection

# The first words of the step's title: deploy/switch.py.
SWITCH = "switch to "


class _Interruption(KeyboardInterrupt):
    """As by Ctrl-C, which the steps of a rollback know already."""


class _Interrupting(ForwardingReport):
    """Breaks off what a host does at one of its steps. Each call is about the host that was named last."""

    def __init__(self, report: Report) -> None:
        super().__init__(lambda call: call(report))
        self._host = ""

    def about(self, host: str, phase: str = "") -> None:
        self._host = host
        self.hand_on(lambda report: report.about(host, phase))


class AfterSwitch(_Interrupting):
    """One host ends right after its switch, all others before theirs, as if this machine had lost its power."""

    _first: str | None = None

    def started(self, title: str) -> None:
        if title.startswith(SWITCH):
            if self._first is not None:
                raise _Interruption
            self._first = self._host
        super().started(title)

    def ended(self, title: str, seconds: float, *, ok: bool) -> None:
        super().ended(title, seconds, ok=ok)
        if ok and title.startswith(SWITCH):
            raise _Interruption


class BeforeSwitch(_Interrupting):
    """One host ends when it is ready, so that the others wait for it in vain."""

    _is_done = False

    def started(self, title: str) -> None:
        if title == together.BEFORE_SWITCH and not self._is_done:
            self._is_done = True
            raise _Interruption
        super().started(title)

    def ended(self, title: str, seconds: float, *, ok: bool) -> None:
        """The wait of the others ends as it is meant to: only another failure is one."""
        if title == together.BEFORE_SWITCH and self._is_done and not ok:
            self.detail("broken off on purpose")
            ok = True
        super().ended(title, seconds, ok=ok)


def rehearse(job: Job) -> None:
    """Raises StepFailed if a host is not as desired in the end, or if a task was lost or done twice, and what
    a rollback and a deploy raise.
    """
    job = job.without_hooks()
    hosts = all_hosts.jobs(job)
    with (
        SshConnection(hosts[0].target, job.config.host.deployer) as connection,
        counted_tasks(job, connection, ""),
    ):
        if len(hosts) > 1:
            _finish(job, BeforeSwitch)
        _finish(job, AfterSwitch)


def _finish(job: Job, interrupting: Callable[[Report], Report]) -> None:
    """Breaks off a rollback, and deploys."""
    with suppress(_Interruption):
        rollout.rollback(
            replace(job, report=interrupting(job.report)),
            None,
            with_data=False,
            anyway=True,
            probe=False,
            wait=0,
        )
    job.report.say("  interrupted")
    rollout.deploy(job, probe=False, wait=0, without_rehearsal=None)
    rollout.require_converged(job)
