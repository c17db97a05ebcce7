"""A visit to a target's host: connected as the deployer, provisioned as wanted, its facts known."""

import getpass
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from understudy.commands import site
from understudy.config.model import Config
from understudy.errors import LoginRefused, Refused, UnderstudyError
from understudy.host import facts, query_errors
from understudy.host.facts import ObservedState
from understudy.host.provisioning import Provisioning, of_project
from understudy.job import Job
from understudy.ssh.connection import Connection, SshConnection


@contextmanager
def connected(job: Job) -> Iterator[tuple[SshConnection, ObservedState]]:
    """A connection as the deployer to a host that is provisioned, and its facts."""
    try:
        door = SshConnection(job.target, job.config.host.deployer)
    except LoginRefused:
        # Before a host is provisioned it has no deployer: that's no wrong key.
        with SshConnection(job.target, job.target.admin) as admin:
            _refuse_unless_provisioned(job, gather(admin, job.config))
        raise
    with door as connection:
        found = gather(connection, job.config)
        _refuse_unless_provisioned(job, found)
        _warn_of_lost_name(job, found)
        yield connection, found


def _refuse_unless_provisioned(job: Job, found: ObservedState) -> None:
    if found.stamp != provisioning(job).stamp:
        state = "was provisioned otherwise than deploy.yml and provision/ now say"
        raise Refused(
            f"{job.target_name} ({job.target.address}) "
            + (state if found.stamp else "is not provisioned"),
            hint=f"python deploy.py provision --target {job.target_name}",
        )


def _warn_of_lost_name(job: Job, found: ObservedState) -> None:
    if found.lost_name:
        job.report.warn(
            f"{job.target_name}: its own name {found.lost_name} is not in /etc/hosts and no name server "
            f"knows it, so each sudo there waits for one (up to 20 s). `python deploy.py provision "
            f"--target {job.target_name}` adds the line."
        )


def gather(connection: Connection, config: Config) -> ObservedState:
    done = connection.run(facts.query(config.app.name), seconds=60)
    if not done.ok:
        raise query_errors.failed("the host's facts", done.text)
    return facts.parse(done.output)


def refuse_if_switched(job: Job, before: ObservedState, found: ObservedState) -> None:
    """Raises Refused if whoever held the lock in between has let another release serve: what was
    asked for was meant for the one before.
    """
    if found.current != before.current:
        raise Refused(
            f"{job.target_name} serves {found.current} since just now, and not {before.current}",
            hint="If you still want it, run the same command again.",
        )


@dataclass
class AuditEntry:
    """What the host's audit log tells of a verb that changed it. Taken down when the verb ends.

    without_rehearsal: the reason why a deploy went ahead without one.
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

    wait: seconds for which another holder is waited for. before: the host as it was seen without
    the lock. Gives the facts that are true under it: asked for anew if anybody held it since.
    """
    held_by = f"{who()} ({entry.verb}) since {now()}"
    lock = connection.lock(job.config.root / "lock", held_by, wait, job.report.say)
    with lock as last_holder:
        began, outcome = time.monotonic(), "killed"
        try:
            unchanged = before.last_holder and before.last_holder == last_holder
            yield before if unchanged else gather(connection, job.config)
            outcome = "done"
        except UnderstudyError as error:
            outcome = f"failed: {error.summary}"
            raise
        except KeyboardInterrupt:
            outcome = "interrupted"
            raise
        finally:
            _write_down(connection, job, entry, outcome, time.monotonic() - began)


def _write_down(
    connection: Connection, job: Job, entry: AuditEntry, outcome: str, seconds: float
) -> None:
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
    try:
        done = connection.send(site.log(job.config.app.name), json.dumps(line) + "\n")
    except UnderstudyError as error:
        job.report.warn(f"not written to the host's audit log: {error.summary}")
        return
    if not done.ok:
        job.report.warn(f"not written to the host's audit log: {done.text}")


def provisioning(job: Job) -> Provisioning:
    return of_project(job.project, job.config, job.target.admin)


def now() -> str:
    """Fine enough to tell apart two entrys of one user that follow each other at once."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def who() -> str:
    """The user and the machine a verb is run by."""
    return f"{getpass.getuser()}@{socket.gethostname()}"
