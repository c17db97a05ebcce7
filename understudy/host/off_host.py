"""Backups that are not on the host: one is made and tried, they are listed, one is fetched."""

import re
from collections.abc import Callable

from understudy.commands import backups as commands
from understudy.commands import site
from understudy.commands.backups import Backup
from understudy.config import topology
from understudy.errors import ConfigError, Refused, StepFailed
from understudy.host import data_errors, off_host_advice, session
from understudy.host.session import AuditEntry
from understudy.job import Job
from understudy.report.events import Report
from understudy.ssh.connection import SshConnection

SECONDS = 12 * 3600
_STEP, _FAILED = "==> ", "off-host: "
_OF_PLACE = re.compile(
    r"could not be sent|can't be (opened|made|listed|restored from)|is damaged|could not be removed"
    r"|RESTIC_PASSWORD|there is no directory|on the same disk"
)
_FOUND = re.compile(r"^found\t(\d+)\t(\S*)$", re.MULTILINE)
_MADE = re.compile(r"^backup\t(\S+)\t", re.MULTILINE)


def has_place(job: Job) -> bool:
    """Whether the host's backups also go elsewhere."""
    return bool(job.config.backups_of(job.target))


def backup(job: Job) -> None:
    """Makes a backup in the repository that is elsewhere, and has the host try it. Raises StepFailed.

    The host's lock is not held: sending can take hours, and a deploy may come meanwhile.
    """
    _refuse_without_place(job)
    entry = AuditEntry("backup", "off-host")
    with (
        session.connected(job) as (connection, _),
        session.recorded(connection, job, entry),
        job.report.step("back up database and media off the host"),
    ):
        name = _made(job, connection)
        entry.what = f"off-host {name}"
    fields = {"target": job.target_name, "host": job.target.address, "name": name, "off_host": True}
    job.report.result("backup", fields, f"{name} is off the host, and can be restored from there")


def list_all(connection: SshConnection, job: Job) -> tuple[Backup, ...]:
    """Those of the repository, oldest first. Raises StepFailed if they can't be listed."""
    done = connection.run(site.off_host_list(job.config.app.name), seconds=600)
    if not done.ok:
        raise _failed(job, "the off-host backups can't be listed", done.text)
    return commands.parse_list(done.output)


def look(job: Job) -> None:
    """Prints what the place has, or why it can't be opened, after a secret for it was set."""
    with session.connected(job) as (connection, _):
        done = connection.run(site.off_host_look(job.config.app.name), seconds=120)
    found = _FOUND.search(done.output)
    if not done.ok or not found:
        error = _failed(job, "the off-host backups can't be opened yet", done.text)
        job.report.warn(f"{job.target_name}: {error.summary}: {error.details}\n  try: {error.hint}")
    elif found[2]:
        job.report.say(f"The repository opens. Its last backup, of {found[1]}, is {found[2]}.")
    else:
        again = f"python deploy.py backup --off-host --target {job.target_name}{_where(job)}"
        job.report.say(f"There is no off-host backup yet: `{again}` makes the first.")


def check(job: Job, name: str) -> None:
    """Raises Refused if there is no such backup elsewhere."""
    _refuse_without_place(job)
    with session.connected(job) as (connection, _):
        names = [backup.name for backup in list_all(connection, job)]
    if name not in names:
        raise Refused(
            f"{job.target_name} has no off-host backup {name}",
            hint=f"python deploy.py restore --target {job.target_name}{_where(job)} lists them.",
        )


def fetch(job: Job, name: str) -> None:
    """Makes it a backup of the host, and gets the media that are missing there. Raises StepFailed."""
    argv = site.off_host_fetch(job.config.app.name, commands.checked(name))
    with (
        session.connected(job) as (connection, _),
        job.report.step(f"fetch {name} and media that are missing"),
    ):
        done = connection.run(argv, seconds=SECONDS, on_line=_steps(job.report))
        if not done.ok:
            raise _failed(job, f"{name} could not be fetched", done.text)


def _made(job: Job, connection: SshConnection) -> str:
    argv = site.off_host_run(job.config.app.name)
    done = connection.run(argv, seconds=SECONDS, on_line=_steps(job.report))
    found = _MADE.search(done.output)
    if not done.ok or not found:
        raise _failed(job, "the off-host backup failed", done.text)
    return found[1]


def _failed(job: Job, summary: str, text: str) -> StepFailed:
    """The host's own message, which says what to do. What a place has said is not about the host."""
    _, found, message = text.rpartition(_FAILED)
    details = message.strip() if found else text.strip()
    if _OF_PLACE.search(details):
        hint = off_host_advice.hint(job.target_name, job.config.app.name, details)
        return StepFailed(summary, details=details, hint=hint)
    return data_errors.failed(job.target_name, summary, details)


def _steps(report: Report) -> Callable[[str], None]:
    def show(line: str) -> None:
        if line.startswith(_STEP):
            report.detail(line.removeprefix(_STEP))

    return show


def _where(job: Job) -> str:
    return f" --host {job.address}" if job.address else ""


def _refuse_without_place(job: Job) -> None:
    if has_place(job):
        return
    if job.config.backups and not job.target.disposable:
        holder = topology.backups_on(job.target.host_list, job.target.address)
        raise Refused(
            f"{job.target.address} makes no off-host backups: those of {job.target_name} are made on {holder}",
            hint=f"Add --host {holder}.",
        )
    if job.config.backups:
        raise Refused(
            f"{job.target_name} has no off-host backups: tests may destroy its data (disposable)"
        )
    raise ConfigError(
        "deploy.yml does not say where backups go that are not on the host",
        hint="Give it `backups: {to: …}`, for example `to: sftp:backup@nas.example.com:/backups`; "
        f"then `python deploy.py provision --target {job.target_name}`.",
    )
