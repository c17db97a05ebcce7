"""Runs a command of the user in the live release of a host, on the user's terminal or between pipes."""

import os
import time
from typing import NoReturn

from understudy.cli import shell
from understudy.commands import Argv, in_release, on_host
from understudy.errors import Refused, StepFailed
from understudy.host import session
from understudy.host.audit_log import BEGUN
from understudy.host.facts import ObservedState
from understudy.host.session import AuditEntry
from understudy.job import Job
from understudy.local.minutes import in_minutes
from understudy.release.layout import Paths
from understudy.report.masked_command import masked_command
from understudy.ssh.connection import SshConnection

# Those of a shell for a program that can't be run, and for one that isn't there.
_NO_PROGRAM = (126, 127)
# An entry of the audit log has room for no more, if each character is escaped.
_LONGEST = 250


def run(job: Job, verb: str, command: Argv) -> NoReturn:
    """Runs the command as the app's user, and ends with its exit code: raises SystemExit.

    verb: for the audit log. Raises Refused if no release is live, or while the host's lock is held: a deploy
    may change the database; Unreachable without a connection, or without ssh on this machine.
    """
    paths = Paths(job.config.root)
    with session.connected(job, needs=()) as (connection, observed):
        _refuse_without_release(job, observed)
        _refuse_while_locked(job, connection, paths)
        release = observed.release(observed.current)
        what = masked_command(command)
        entry = AuditEntry(verb, what if len(what) <= _LONGEST else f"{what[:_LONGEST]} …")
        entry.commit = release.commit if release else ""
        # The entry at the end is lost if this machine or the network fails meanwhile.
        session.record(connection, job, entry, BEGUN, 0)
        began = time.monotonic()
        line = on_host.bare_line(in_release.run(job.config.app, paths, command))
        # A terminal there would change what is written into a pipe or read from one.
        code = shell.run_line(job, line, terminal=os.isatty(0) and os.isatty(1))
        session.record(connection, job, entry, f"exit code {code}", time.monotonic() - began)
        _explain(job, connection, paths, command, code)
    raise SystemExit(code)


def _refuse_without_release(job: Job, observed: ObservedState) -> None:
    if not observed.current:
        raise Refused(
            f"no release is live on {job.target_name} ({job.target.address}), so there is none to run it in",
            hint=f"python deploy.py deploy --target {job.target_name}",
        )


def _refuse_while_locked(job: Job, connection: SshConnection, paths: Paths) -> None:
    done = connection.run(in_release.lock_holder(paths), seconds=60)
    if not done.ok:
        raise StepFailed(f"{job.target_name} does not say who holds its lock", details=done.text)
    if holder := done.output.strip():
        raise Refused(
            f"{job.target_name} ({job.target.address}) is being changed, maybe its database; nothing was run",
            details=in_minutes(holder),
            hint="Run the same command again when that has ended.",
        )


def _explain(job: Job, connection: SshConnection, paths: Paths, command: Argv, code: int) -> None:
    """Says what the exit code alone doesn't: it may be that of ssh, or of a shell without the program."""
    if code == shell.NO_CONNECTION:
        job.report.warn(
            f"Exit code {code} is the command's own, or ssh has lost its connection to {job.target.address}."
        )
    if code in _NO_PROGRAM and not connection.run(in_release.find(paths, command[0])).ok:
        job.report.warn(
            f"{command[0]} is no program of the live release or of {job.target_name}. "
            f"{in_release.advice(command)}"
        )
