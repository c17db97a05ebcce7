"""A session on a target's host: the connection, the observed state, the host's lock and audit log."""

import getpass
import json
import socket
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from understudy.commands import Argv, site
from understudy.config.model import Config
from understudy.errors import LoginRefused, Refused, UnderstudyError
from understudy.host import facts, facts_query, known_names, query_errors
from understudy.host.facts import ObservedState
from understudy.host.provisioning import Provisioning, of_project
from understudy.job import Job
from understudy.local.background import Background
from understudy.ssh.connection import Connection, Result, SshConnection

# For the host to write its audit log: a run that was interrupted does not wait for a host that is gone.
SECONDS_TO_RECORD = 10


@contextmanager
def connected(
    job: Job, *, needs: Collection[str] | None = None, query: Argv | None = None
) -> Iterator[tuple[SshConnection, ObservedState]]:
    """A connection as the deployer, and what the host is like.

    Raises Refused if the host is not provisioned as deploy.yml and provision/ say, LoginRefused or
    Unreachable if there is no connection, StepFailed if the host gives no whole answer.

    needs: the only verbs of the host's understudy-site that the caller needs. Provisioning that is out of
    date or has failed is a warning then, if the host knows them all. None: the caller needs all of it.
    query: what the host is asked, if that is more than facts_query.query().
    """
    try:
        connection, answer = _connection(job, query)
    except LoginRefused:
        # A host that is not provisioned has no deployer yet, and then no key is wrong.
        with SshConnection(job.target, job.target.admin) as admin:
            _is_provisioned(job, gather(admin, job.config), None)
        raise
    with connection:
        observed = gather(connection, job.config, answer, query)
        if not _is_provisioned(job, observed, needs) and needs:
            _refuse_without_verbs(connection, job, needs)
        _warn_of_lost_name(job, observed)
        releases = (release.id for release in observed.releases)
        known_names.keep(job.project, job.target_name, known_names.RELEASES, releases)
        yield connection, observed


@dataclass
class AuditEntry:
    """What a verb leaves in the host's audit log. locked() writes it when the verb ends.

    without_rehearsal: the reason why a deploy went ahead without a receipt.
    """

    verb: str
    what: str
    commit: str = ""
    without_rehearsal: str | None = None


@contextmanager
def locked(
    connection: SshConnection, job: Job, entry: AuditEntry, wait: int, before: ObservedState
) -> Iterator[ObservedState]:
    """Holds the host's lock, and leaves an entry in its audit log: who did what, and how it ended.

    wait: seconds for which another holder is waited for. before: the host as observed without the lock.
    Gives the host as it is under the lock: observed again if the lock was held since.
    Raises Refused if the lock is still held after `wait` seconds.
    """
    holder = f"{who()} ({entry.verb}) since {now()}"
    # Who gets the lock is asked next.
    job.report.prepare()
    lock = connection.lock(job.config.root / "lock", holder, wait, job.report.say)
    with lock as last_holder, recorded(connection, job, entry):
        # Both are empty before the first deploy: it would have left its name in the lock.
        unchanged = before.last_holder == last_holder
        yield before if unchanged else gather(connection, job.config)


@contextmanager
def recorded(connection: Connection, job: Job, entry: AuditEntry) -> Iterator[None]:
    """Leaves an entry in the host's audit log when what a verb does has ended, without its lock."""
    began, outcome = time.monotonic(), "killed"
    try:
        yield
        outcome = "done"
    except UnderstudyError as error:
        outcome = f"failed: {error.summary}"
        raise
    except KeyboardInterrupt:
        outcome = "interrupted"
        raise
    finally:
        record(connection, job, entry, outcome, time.monotonic() - began)


def record(
    connection: Connection, job: Job, entry: AuditEntry, outcome: str, seconds: float
) -> None:
    """Writes an entry into the host's audit log, within SECONDS_TO_RECORD. A failure is a warning: it must not
    hide another error.
    """
    line = {
        "who": who(),
        "verb": entry.verb,
        "what": entry.what,
        "commit": entry.commit,
        "outcome": outcome,
        "seconds": round(seconds, 1),
    }
    if entry.without_rehearsal:
        line["without_rehearsal"] = entry.without_rehearsal
    argv, text = site.log(job.config.app.name), json.dumps(line) + "\n"
    try:
        done = Background(lambda: connection.send(argv, text)).answer(SECONDS_TO_RECORD)
        why = "" if done.ok else done.text
    except UnderstudyError as error:
        why = error.summary
    except TimeoutError:
        why = f"{job.target.address} does not answer within {SECONDS_TO_RECORD} s"
    if why:
        job.report.warn(f"the host's audit log could not be written: {why}")


def refuse_if_switched(job: Job, before: ObservedState, observed: ObservedState) -> None:
    """Raises Refused if another release went live since `before`: the verb was meant for the one before."""
    if observed.current != before.current:
        raise Refused(
            f"{observed.current} went live on {job.target_name} just now, in place of {before.current}",
            hint="If you still want it, run the same command again.",
        )


def gather(
    connection: Connection,
    config: Config,
    answer: Result | None = None,
    query: Argv | None = None,
) -> ObservedState:
    """What the host is like, in one query. Raises StepFailed if it gives no whole answer.

    answer: to the query, if it was asked already. query: as in connected().
    """
    done = answer or connection.run(query or facts_query.query(config.app.name), seconds=60)
    if not done.ok:
        raise query_errors.failed("the host's facts", done.text)
    return facts.parse(done.output)


def report_os(job: Job, observed: ObservedState) -> None:
    """Which system the host runs, for the report."""
    if observed.os:
        job.report.attach("os", {job.target.address: observed.os})


def provisioning(job: Job) -> Provisioning:
    """What a host of this target has to be provisioned with."""
    return of_project(job.project, job.config, job.target)


def now() -> str:
    """The time in UTC, so fine that two entries of one user never have the same."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def who() -> str:
    """The user who runs the verb and this machine, as "ann@desk"."""
    return f"{getpass.getuser()}@{socket.gethostname()}"


def _connection(job: Job, query: Argv | None) -> tuple[SshConnection, Result | None]:
    """A connection as the deployer, and the answer to the query if it was asked meanwhile."""
    deployer = job.config.host.deployer
    query = query or facts_query.query(job.config.app.name)
    taken = job.early.take(job.target, deployer, query) if job.early else None
    return taken or (SshConnection(job.target, deployer), None)


def _is_provisioned(job: Job, observed: ObservedState, needs: Collection[str] | None) -> bool:
    """Whether it's provisioned as deploy.yml and provision/ say. Raises Refused, or warns: see connected()."""
    if observed.stamp == provisioning(job).stamp:
        return True
    host = f"{job.target_name} ({job.target.address})"
    summary = f"{host} is not provisioned, or its last provisioning has failed"
    if observed.stamp:
        summary = (
            f"the provisioning of {host} is out of date: deploy.yml or provision/ changed since"
        )
    elif observed.current:
        summary = f"the last provisioning of {host} has failed or was ended"
    if needs is not None and (observed.stamp or observed.current):
        # Failed provisioning has removed the stamp, but a live release is still live.
        job.report.warn(summary)
        return False
    raise Refused(summary, hint=f"python deploy.py provision --target {job.target_name}")


def _refuse_without_verbs(connection: Connection, job: Job, verbs: Collection[str]) -> None:
    """Raises Refused if the host does not know one of them, before the first of them changes anything."""
    done = connection.run(site.missing(job.config.app.name, verbs), seconds=60)
    if not done.ok or done.output:
        raise Refused(
            f"{job.target_name} ({job.target.address}) is not provisioned for this: "
            "understudy-site there lacks what it needs; nothing has changed",
            details=done.text.strip(),
            hint=f"python deploy.py provision --target {job.target_name}",
        )


def _warn_of_lost_name(job: Job, observed: ObservedState) -> None:
    if observed.lost_name:
        job.report.warn(
            f"{job.target_name}: its own name {observed.lost_name} is not in /etc/hosts and no name server "
            f"knows it, so each sudo there waits for one (up to 20 s). `python deploy.py provision "
            f"--target {job.target_name}` adds the line."
        )
