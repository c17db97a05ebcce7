"""Backups of the data on a target's host: make one, list them, remove the oldest."""

from datetime import UTC, datetime
from pathlib import PurePosixPath

from understudy.commands import backups as commands
from understudy.commands.backups import Backup
from understudy.config import topology
from understudy.errors import StepFailed
from understudy.host import data_errors, known_names, off_host, session
from understudy.host.actions import SECONDS_FOR_A_STEP
from understudy.host.backup_list import BackupList
from understudy.host.session import AuditEntry
from understudy.job import Job
from understudy.release.layout import Paths
from understudy.ssh.connection import SshConnection


def backup(job: Job, wait: int = 0) -> None:
    """Backs up the database as it is now, while the site runs. Removes backups beyond `keep_backups`.

    wait: seconds for which another holder of the host's lock is waited for. Raises StepFailed.
    """
    app = job.config.app
    entry = AuditEntry("backup", "")
    with (
        session.connected(job, needs=()) as (connection, observed),
        # Another deploy may have held the lock until now, and a backup is named after the live release.
        session.locked(connection, job, entry, wait, observed) as observed,
    ):
        entry.what = name = commands.name_at(datetime.now(UTC), observed.current or "none")
        with job.report.step(f"back up the database as {name}"):
            done = connection.run(
                commands.make(app.database, app.name, _directory(job), name, app.database_url),
                user=app.name,
                seconds=SECONDS_FOR_A_STEP,
            )
            if not done.ok:
                summary = "the backup failed; the data is as it was"
                raise data_errors.failed(job.target_name, summary, done.text)
            prune(connection, job)
    fields = {
        "target": job.target_name,
        "host": job.target.address,
        "name": name,
        "off_host": False,
    }
    # The step says the same to people.
    job.report.result("backup", fields, "")


def backups(job: Job) -> None:
    """Prints the backups, oldest first: name, size in bytes, number of rows; also those elsewhere.

    Raises StepFailed at the end if those elsewhere can't be listed: the host's own are printed all the same.
    """
    failure: StepFailed | None = None
    elsewhere: tuple[Backup, ...] = ()
    with session.connected(job, needs=()) as (connection, _):
        listed = list_all(connection, job)
        try:
            elsewhere = off_host.list_all(connection, job) if off_host.has_place(job) else ()
        except StepFailed as error:
            failure = error
    made_on = topology.backups_on(job.target.host_list, job.target.address)
    job.report.answer(
        BackupList.of(job.target_name, job.target.address, listed, elsewhere, made_on)
    )
    if failure:
        raise failure


def list_all(connection: SshConnection, job: Job) -> tuple[Backup, ...]:
    """The backups on the host, oldest first. Raises StepFailed if they cannot be listed."""
    done = connection.run(commands.list_all(_directory(job)), user=job.config.app.name)
    if not done.ok:
        raise data_errors.failed(job.target_name, "the backups can't be listed", done.text)
    listed = commands.parse_list(done.output)
    if not topology.backups_on(job.target.host_list, job.target.address):
        names = (backup.name for backup in listed)
        known_names.keep(job.project, job.target_name, known_names.BACKUPS, names)
    return listed


def prune(connection: SshConnection, job: Job) -> None:
    """Removes the oldest backups beyond `keep_backups` of deploy.yml. A failure is a warning."""
    app = job.config.app
    old = commands.to_prune(list_all(connection, job), app.keep_backups)
    if old:
        names = [backup.name for backup in old]
        done = connection.run(commands.remove(_directory(job), names), user=app.name)
        if not done.ok:
            job.report.warn(f"old backups could not be removed: {done.text}")


def _directory(job: Job) -> PurePosixPath:
    return Paths(job.config.root).backups
