"""The mails that a target's hosts have captured: read and removed over SSH."""

from collections.abc import Sequence
from dataclasses import replace

from understudy.commands import Argv
from understudy.commands import mails as queries
from understudy.errors import Refused, StepFailed
from understudy.host import all_hosts, mails
from understudy.host.mails import Kept
from understudy.job import Job
from understudy.ssh.connection import SshConnection


def all_mails(hosts: Sequence[Job]) -> Kept:
    """All that the hosts have kept. Raises as read()."""
    return read(hosts, queries.fetch(hosts[0].config.app.name))


def read(hosts: Sequence[Job], query: Argv) -> Kept:
    """The mails that a query of commands/mails.py fetches from all the hosts, in the order in which they came.

    Raises Refused if the target captures none, StepFailed if a host gives no answer.
    """
    _refuse_without_capture(hosts[0])
    found = all_hosts.look(hosts, lambda host: _read(host, query))
    several = [mail for kept in found for mail in kept.mails]
    several.sort(key=lambda mail: mail.name)
    return Kept(tuple(several), sum(kept.removed for kept in found))


def _read(job: Job, query: Argv) -> Kept:
    try:
        kept = mails.parse(_ask(job, query))
    except ValueError as error:
        raise _failed(job, str(error)) from None
    return replace(kept, mails=tuple(replace(one, host=job.target.address) for one in kept.mails))


def clear(job: Job) -> int:
    """Removes all of the host, and returns how many they were. Raises as read()."""
    _refuse_without_capture(job)
    return int(_ask(job, queries.clear(job.config.app.name)))


def _refuse_without_capture(job: Job) -> None:
    name = job.target_name
    if not job.config.target(name).captures_mail:
        raise Refused(
            f"{name} captures no mail: its app sends mails by a relay of its own",
            hint=f"`mail: capture` under targets.{name} in deploy.yml keeps them on the host, and sends none.",
        )


def _ask(job: Job, query: Argv) -> str:
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
