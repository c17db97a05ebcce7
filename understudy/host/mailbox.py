"""The mails that a target's host has captured: read and removed over SSH."""

from understudy.commands import Argv
from understudy.commands import mails as queries
from understudy.errors import Refused, StepFailed
from understudy.host import mails
from understudy.host.mails import Kept
from understudy.job import Job
from understudy.ssh.connection import SshConnection


def all_mails(job: Job) -> Kept:
    """All that the host has kept. Raises as read()."""
    return read(job, queries.fetch(job.config.app.name))


def read(job: Job, query: Argv) -> Kept:
    """The answer to a query of commands/mails.py.

    Raises Refused if the target captures none, StepFailed if the host gives no answer.
    """
    try:
        return mails.parse(_ask(job, query))
    except ValueError as error:
        raise _failed(job, str(error)) from None


def clear(job: Job) -> int:
    """Removes all, and returns how many they were. Raises as read()."""
    return int(_ask(job, queries.clear(job.config.app.name)))


def _ask(job: Job, query: Argv) -> str:
    name = job.target_name
    if not job.config.target(name).captures_mail:
        raise Refused(
            f"{name} captures no mail: its app sends mails by a relay of its own",
            hint=f"`mail: capture` under targets.{name} in deploy.yml keeps them on the host, and sends none.",
        )
    with SshConnection(job.target, job.config.host.deployer) as connection:
        done = connection.run(query, seconds=120)
    if not done.ok:
        raise _failed(job, done.text)
    return done.output


def _failed(job: Job, text: str) -> StepFailed:
    return StepFailed(
        f"the mails of {job.target_name} can't be read",
        details=text,
        hint=f"python deploy.py provision --target {job.target_name}",
    )
