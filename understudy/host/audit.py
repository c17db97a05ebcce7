"""The audit logs of hosts: who changed what, and how it ended."""

from collections.abc import Sequence
from datetime import datetime

from understudy.errors import StepFailed
from understudy.host import all_hosts, session
from understudy.host.audit_log import AuditLog, Entry, parse
from understudy.job import Job

LINES = 20


def read(job: Job) -> tuple[Entry, ...]:
    """The entries of one host, oldest first. Raises StepFailed if they can't be read."""
    path = f"/var/log/understudy/{job.config.app.name}.log"
    with session.connected(job, needs=()) as (connection, _):
        done = connection.run(("cat", path), seconds=60)
    if not done.ok:
        raise StepFailed(f"the audit log of {job.target.address} can't be read", details=done.text)
    return parse(done.output, str(job.target.address))


def show(hosts: Sequence[Job], job: Job, *, lines: int | None, since: datetime | None) -> None:
    """Prints the entries of all hosts, the newest last. lines: how many; None for all."""
    found = sorted(entry for one in all_hosts.look(hosts, read) for entry in one)
    recent = [entry for entry in found if since is None or entry.at >= since]
    shown = recent if lines is None else recent[max(len(recent) - lines, 0) :]
    addresses = tuple(str(one.target.address) for one in hosts)
    log = AuditLog(job.target_name, addresses, tuple(shown))
    job.report.result(log.event, log.fields(), log.text())


def last_deploy(job: Job) -> datetime:
    """When the last deploy or rollback on the job's host began. Raises StepFailed if the log has none."""
    began = [entry.began for entry in read(job) if entry.is_deploy]
    if not began:
        raise StepFailed(f"the audit log of {job.target.address} has no deploy")
    return max(began)
