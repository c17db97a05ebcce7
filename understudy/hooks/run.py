"""Runs the hooks of an event: each is a step of the report, with what it printed."""

import os
from collections.abc import Mapping

from understudy.commands import in_release
from understudy.config.hooks import Hook
from understudy.errors import StepFailed
from understudy.hooks import order, outcome
from understudy.hooks.event import Event, variables
from understudy.host.recording import RecordingConnection
from understudy.job import Job
from understudy.local.command_process import CommandProcess
from understudy.release.layout import Paths
from understudy.ssh.connection import Connection

# For the host to end a hook that took too long, which it does itself.
_MORE_SECONDS = 60


def here(job: Job, event: Event) -> None:
    """Runs those of this machine, one after another, in the folder of deploy.yml.

    Raises HookFailed if a fatal one fails or takes too long; another is a warning.
    """
    for hook in of_here(job, event):
        _run(job, event, hook, None)


def on_host(job: Job, connection: Connection, event: Event, *, has_release: bool = True) -> None:
    """Runs those of a host, in its live release, if it has one. Raises as here()."""
    hooks, target = job.config.hooks, job.target_name
    if skipped := order.left_out(hooks, target, event.name, has_release=has_release):
        job.report.say(skipped)
    for hook in order.on_host(hooks, target, event.name, has_release=has_release):
        _run(job, event, hook, connection)


def of_here(job: Job, event: Event) -> list[Hook]:
    return order.here(job.config.hooks, job.target_name, event.name)


def of_host(job: Job, event: Event) -> list[Hook]:
    return order.on_host(job.config.hooks, job.target_name, event.name)


def _run(job: Job, event: Event, hook: Hook, connection: Connection | None) -> None:
    try:
        with job.report.step(outcome.title(hook, event.name)):
            if connection:
                _on_host(job, event, hook, connection)
            else:
                _here(job, event, hook)
    except StepFailed as error:
        if hook.fatal:
            raise
        job.report.warn("\n".join(filter(None, (error.summary, error.details))))


def _here(job: Job, event: Event, hook: Hook) -> None:
    environment = {**os.environ, **_variables(job, event)}
    report = job.report
    ended = CommandProcess().run(
        hook.command, job.directory, environment, hook.timeout, report.output
    )
    report.ran(outcome.title(hook, event.name), ended.output, ended.seconds, ok=ended.status == 0)
    if ended.status is None:
        how = f"had not ended after {hook.timeout} s and was ended with all that it had started"
    else:
        how = f"ended with {ended.status}"
    if ended.status != 0:
        raise outcome.failure(hook, event, job.target_name, how, ended.output)


def _on_host(job: Job, event: Event, hook: Hook, connection: Connection) -> None:
    app, paths = job.config.app, Paths(job.config.root)
    argv = in_release.hook(app, paths, hook.command, _variables(job, event), hook.timeout)
    recording = RecordingConnection(connection, job.report)
    done = recording.run(argv, seconds=hook.timeout + _MORE_SECONDS)
    if not done.ok:
        raise outcome.failure(hook, event, job.target_name, "failed", done.text)


def _variables(job: Job, event: Event) -> Mapping[str, str]:
    return variables(job.config, job.target_name, job.address, event)
