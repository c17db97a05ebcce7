"""The app's secrets on a target's host: set, listed by name, removed. Their values are never shown."""

import re
from dataclasses import dataclass
from typing import ClassVar

from understudy.commands import Argv, answers, site
from understudy.errors import StepFailed
from understudy.host import kept_secrets, off_host, session
from understudy.host.session import AuditEntry
from understudy.job import Job
from understudy.report.answer import Answer
from understudy.ssh.connection import Result

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Of basic_auth: understudy-site keeps them apart from the app's, as hashes for nginx.
LOGIN = "BASIC_AUTH_"
# Of acme.dns: for certbot alone.
CREDENTIAL = "ACME_DNS_"
# Of `backups`: for restic, which root runs.
OF_BACKUPS = "RESTIC_"


@dataclass(frozen=True)
class SecretNames(Answer):
    event: ClassVar[str] = "secrets"

    target: str
    host: str
    names: tuple[str, ...]

    def text(self) -> str:
        return "\n".join(self.names)


def put(job: Job, name: str, value: str) -> None:
    """Sets a secret on the host, for releases that are started later. Raises StepFailed."""
    _change(job, f"set {name}", site.secret_set(job.config.app.name, name), value + "\n")
    kept_secrets.keep(job, name, value)
    _report(job, name, is_set=True)
    if name.startswith(OF_BACKUPS) and off_host.has_place(job):
        off_host.look(job)


def remove(job: Job, name: str) -> None:
    """Removes a secret from the host, for releases that are started later. Raises StepFailed."""
    _change(job, f"remove {name}", site.secret_rm(job.config.app.name, name), "")
    kept_secrets.drop(job, name)
    _report(job, name, is_set=False)


def restore(job: Job) -> None:
    """Sets the secrets that are kept on this machine again, after a reset of the host."""
    kept = kept_secrets.values(job)
    if not kept:
        return
    entry = AuditEntry("secrets", "set again")
    with (
        job.report.step(f"set {len(kept)} kept secret{'s' if len(kept) > 1 else ''} again"),
        session.connected(job) as (connection, observed),
        session.locked(connection, job, entry, wait=0, before=observed),
    ):
        for name, value in kept.items():
            done = connection.send(site.secret_set(job.config.app.name, name), value + "\n")
            _refuse_unless_ok(job, f"set {name}", done)


def names(job: Job) -> None:
    """Prints the names of the secrets, and nothing of their values. Raises StepFailed."""
    with session.connected(job) as (connection, _):
        done = connection.run(site.secret_list(job.config.app.name))
    _refuse_unless_ok(job, "list its secrets", done)
    job.report.answer(SecretNames(job.target_name, job.target.address, tuple(listed(done.output))))


def listed(output: str) -> list[str]:
    """The names in the host's answer. Raises StepFailed if one of them is no name of a secret."""
    return [answers.fitting("secret's name", line, _NAME) for line in output.splitlines()]


def _report(job: Job, name: str, *, is_set: bool) -> None:
    fields = {
        "target": job.target_name,
        "host": job.target.address,
        "name": name,
        "is_set": is_set,
    }
    state = "set on" if is_set else "gone from"
    text = f"{name} is {state} {job.target_name}. {_from_when(job, name)}"
    job.report.result("secret", fields, text)


def _from_when(job: Job, name: str) -> str:
    if _is_of_backups(job, name):
        return "The next off-host backup uses it."
    if name.startswith(CREDENTIAL):
        return "certbot uses it for the next certificate and for renewals."
    when = "at once" if name.startswith(LOGIN) else "with the next deploy"
    return f"This takes effect {when}."


def _is_of_backups(job: Job, name: str) -> bool:
    """Also on a host that makes none: it may be another one's turn one day."""
    has_backups = job.config.backups is not None and not job.target.disposable
    return name.startswith(OF_BACKUPS) and has_backups


def _change(job: Job, what: str, argv: Argv, text: str) -> None:
    entry = AuditEntry("secrets", what)
    with (
        session.connected(job) as (connection, observed),
        session.locked(connection, job, entry, wait=0, before=observed),
    ):
        _refuse_unless_ok(job, what, connection.send(argv, text))


def _refuse_unless_ok(job: Job, what: str, done: Result) -> None:
    """The host's own message says what to do, except for a name that the host does not have."""
    if not done.ok:
        names = f"python deploy.py secrets list --target {job.target_name} shows the names."
        raise StepFailed(
            f"{job.target_name} refused to {what}",
            details=done.text,
            hint=names if "there is no secret" in done.text else "",
        )
