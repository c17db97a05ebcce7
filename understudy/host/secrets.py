"""The app's secrets on a target's host: set, listed by name, removed. Their values are never shown."""

import re

from understudy.commands import Argv, answers, site
from understudy.errors import StepFailed
from understudy.host import kept_secrets, session
from understudy.host.session import AuditEntry
from understudy.job import Job
from understudy.ssh.connection import Result

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
NEXT = "It takes effect with the next deploy."


def put(job: Job, name: str, value: str) -> None:
    """Sets a secret; the next deploy starts a release with it."""
    _change(job, f"set {name}", site.secret_set(job.config.app.name, name), value + "\n")
    kept_secrets.keep(job, name, value)
    job.report.say(f"{name} is set on {job.target_name}. {NEXT}")


def remove(job: Job, name: str) -> None:
    _change(job, f"remove {name}", site.secret_rm(job.config.app.name, name), "")
    kept_secrets.drop(job, name)
    job.report.say(f"{name} is gone from {job.target_name}. {NEXT}")


def put_back(job: Job) -> None:
    """Sets those that are kept on this machine, on a host that was put back to an earlier state."""
    kept = kept_secrets.values(job)
    if not kept:
        return
    with (
        job.report.step(f"set {', '.join(kept)} again"),
        session.connected(job) as (connection, found),
        session.locked(connection, job, AuditEntry("secrets", "set again"), wait=0, before=found),
    ):
        for name, value in kept.items():
            argv = site.secret_set(job.config.app.name, name)
            _refuse_unless_ok(job, connection.send(argv, value + "\n"))


def names(job: Job) -> None:
    """Lists the names; not even their length is told."""
    with session.connected(job) as (connection, _):
        done = connection.run(site.secret_list(job.config.app.name))
    _refuse_unless_ok(job, done)
    for name in listed(done.output):
        job.report.say(name)


def listed(output: str) -> list[str]:
    """The names in an answer."""
    return [answers.fitting("secret's name", line, _NAME) for line in output.splitlines()]


def _change(job: Job, what: str, argv: Argv, text: str) -> None:
    with (
        session.connected(job) as (connection, found),
        session.locked(connection, job, AuditEntry("secrets", what), wait=0, before=found),
    ):
        _refuse_unless_ok(job, connection.send(argv, text))


def _refuse_unless_ok(job: Job, done: Result) -> None:
    """What the host says tells what mends it, but for a name that it has not."""
    if not done.ok:
        listed = f"python deploy.py secrets list --target {job.target_name} tells the names."
        raise StepFailed(
            f"{job.target_name} refuses that",
            details=done.text,
            hint=listed if "there is no secret" in done.text else "",
        )
