"""The data under a rollback: whether the old code can work with it, and with which backup it could."""

from collections.abc import Sequence
from datetime import datetime

from understudy.commands import old_code
from understudy.commands.backups import Backup
from understudy.config import topology
from understudy.deploy import external_database
from understudy.deploy.desired import DesiredState
from understudy.errors import Refused
from understudy.host import backups
from understudy.host.facts import ObservedState
from understudy.job import Job
from understudy.release.layout import Manifest
from understudy.ssh.connection import SshConnection

_CANNOT_WORK = "{} can't work with the database as later migrations left it"
_ANYWAY = "--anyway rolls back all the same; visitors then see errors where it can't read or save."


class NeedsItsData(Refused):
    """The old code can't work with the database as it is now."""


def check_models(
    connection: SshConnection,
    job: Job,
    desired: DesiredState,
    observed: ObservedState,
    *,
    anyway: bool,
) -> None:
    """Compares the models of the old code with the database: its pages may all answer while it can't save, as
    when a user logs in. Raises NeedsItsData if they don't fit; with `anyway` that is a warning.
    """
    release = desired.release
    if desired.app.preset != "django" or release.id == observed.current:
        return
    with job.report.step(f"compare the models of {release.id} with the database"):
        answer = connection.run(old_code.ask(desired.paths, release.id), user=desired.app.name)
    found = old_code.parse(answer.output)
    if found.unknown:
        job.report.warn(f"{release.id} does not know the migrations {', '.join(found.unknown)}")
    if not (found.unknown and found.broken):
        return
    summary, details = _CANNOT_WORK.format(release.id), "\n".join(found.broken)
    if not anyway:
        raise NeedsItsData(summary, details, _ways_out(connection, job, desired, observed))
    job.report.warn(f"{summary}\n{details}")


def has_backups(desired: DesiredState) -> bool:
    """Whether this host has those of deploys: of hosts that share their data the one that migrates does."""
    target = desired.target
    return not desired.has_company or topology.migrates(target.host_list, target.address)


def backup_of(
    connection: SshConnection, job: Job, release: Manifest, observed: ObservedState
) -> str:
    """The name of the newest backup with which the release can work. Raises Refused if there is none."""
    external_database.refuse_restore(job.config.app)
    since = observed.served_since[release.id]
    later = [
        backup
        for backup in backups.list_all(connection, job)
        if backup.taken_at > since and backup.release != release.id
    ]
    if not later:
        raise Refused(
            f"there is no backup from after {release.id} was live, so nothing was migrated since",
            hint="Run `python deploy.py rollback` without --with-data: the data is as it was.",
        )
    replaced = min((at for at in observed.served_since.values() if at > since), default=since)
    return _newest_usable(later, replaced).name


def _newest_usable(later: Sequence[Backup], replaced: datetime) -> Backup:
    """The backup of the data before the first later migration.

    later: those from after the release was live. A backup that was made by hand while it was live lacks
    what was written to it later. So does the backup of a deploy that failed and left no migration; the
    newest of those lacks least. replaced: when another release went live.
    """
    first = min(later, key=lambda backup: backup.taken_at)
    if not first.migrations:
        # Not Django's: nothing shows whether the later ones have the same tables.
        return first
    same = [
        backup
        for backup in later
        if backup.migrations == first.migrations and backup.taken_at <= replaced
    ]
    return max(same, key=lambda backup: backup.taken_at, default=first)


def _ways_out(
    connection: SshConnection, job: Job, desired: DesiredState, observed: ObservedState
) -> str:
    """What to do if the old code can't work with the data as it is."""
    release, backup = desired.release, " from before the migration"
    if has_backups(desired):
        try:
            backup = f" {backup_of(connection, job, release, observed)}"
        except Refused as error:
            return f"{error.summary}. Deploy a fix of the live release. {_ANYWAY}"
    return (
        f"python deploy.py rollback --target {job.target_name} --to {release.id} --with-data "
        f"restores the backup{backup} as well and discards what was written since. {_ANYWAY}"
    )
