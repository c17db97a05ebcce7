"""Lists the timers of a host, and runs one of them now between the user's own pipes."""

import time
from typing import NoReturn

from understudy.cli import shell
from understudy.commands import on_host, site
from understudy.errors import Refused
from understudy.host import session
from understudy.host.facts import ObservedState
from understudy.host.session import AuditEntry
from understudy.host.timer_list import TimerList
from understudy.job import Job
from understudy.release.layout import Paths


def list_all(job: Job) -> None:
    """Prints each timer of the host with its calendar, its next time and the end of its last run."""
    with session.connected(job, needs=()) as (_, observed):
        listed = TimerList.of(job.target_name, job.target.address, Paths(job.config.root), observed)
    job.report.answer(listed)


def run(job: Job, name: str) -> NoReturn:
    """Runs a timer's command, and ends with its exit code: raises SystemExit.

    Raises Refused if the host or its live release has no such timer, Unreachable without a connection, or
    without ssh on this machine.
    """
    with session.connected(job, needs=()) as (connection, observed):
        _refuse_without(job, observed, name)
        entry, began = AuditEntry("timers run", name), time.monotonic()
        line = on_host.bare_line(site.timer_run(job.config.app.name, name))
        code = shell.run_line(job, line, terminal=False)
        session.record(connection, job, entry, f"exit code {code}", time.monotonic() - began)
    if code == shell.NO_CONNECTION:
        job.report.warn(f"if ssh has lost its connection, {name} is still running there")
    raise SystemExit(code)


def _refuse_without(job: Job, observed: ObservedState, name: str) -> None:
    live = [timer.name for timer in observed.timers if timer.live]
    if name in live:
        return
    installed = name in [timer.name for timer in observed.timers]
    where = f"the live release {observed.current}" if installed else job.target_name
    known = f"its timers: {', '.join(live)}" if live else "it has none"
    hint = (
        f"python deploy.py deploy --target {job.target_name}"
        if name in job.config.timers
        else "deploy.yml has no such timer either."
    )
    raise Refused(f"{where} has no timer {name}; {known}", hint=hint)
