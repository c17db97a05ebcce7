"""Backups of the data on a target's host: make one, list them, remove the oldest."""

from datetime import UTC, datetime
from pathlib import PurePosixPath

from understudy.commands import backups as commands
from understudy.commands.backups import Backup
from understudy.host import data_errors, session
from understudy.host.actions import SECONDS_FOR_A_STEP
from understudy.host.session import AuditEntry
from understudy.job import Job
from understudy.release.layout import Paths
from understudy.ssh.connection import SshConnection


def backup(job: Job, wait: int = 0) -> None:
    """Saves the database as it is now; the site goes on."""
    app = job.config.app
    deed = AuditEntry("backup", "")
    with (
        session.connected(job) as (connection, found),
        # Whoever held the lock until now may have deployed: a backup is of what it was made of.
        session.locked(connection, job, deed, wait, found) as found,
    ):
        deed.what = name = commands.name_at(datetime.now(UTC), found.current or "none")
        with job.report.step(f"back up the database as {name}"):
            done = connection.run(
                commands.make(app.database, app.name, _place(job), name),
                user=app.name,
                seconds=SECONDS_FOR_A_STEP,
            )
            if not done.ok:
                summary = "the backup failed; the data is as it was"
                raise data_errors.failed(job.target_name, summary, done.text)
            prune(connection, job)


def backups(job: Job) -> None:
    """Lists the backups, oldest first."""
    with session.connected(job) as (connection, _):
        listed = list_all(connection, job)
    for saved in listed:
        job.report.say(f"{saved.name}  {saved.size} bytes  {saved.rows} rows")
    if not listed:
        job.report.say(f"{job.target_name} has no backup")


def list_all(connection: SshConnection, job: Job) -> tuple[Backup, ...]:
    done = connection.run(commands.list_all(_place(job)), user=job.config.app.name)
    if not done.ok:
        raise data_errors.failed(job.target_name, "the backups can't be listed", done.text)
    return commands.parse_list(done.output)


def prune(connection: SshConnection, job: Job) -> None:
    """Removes the oldest backups beyond those that deploy.yml wants kept."""
    app = job.config.app
    old = commands.to_prune(list_all(connection, job), app.keep_backups)
    if old:
        names = [backup.name for backup in old]
        done = connection.run(commands.remove(_place(job), names), user=app.name)
        if not done.ok:
            job.report.warn(f"old backups could not be removed: {done.text}")


def _place(job: Job) -> PurePosixPath:
    return Paths(job.config.root).backups
