"""Takes a site off a target's host; other sites of the host stay as they are."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from understudy.commands import removal
from understudy.config import databases, roles
from understudy.errors import Refused, StepFailed
from understudy.job import Job
from understudy.report.answer import Answer
from understudy.ssh.connection import SshConnection


@dataclass(frozen=True)
class Removed(Answer):
    """data_removed: whether its data is gone as well. shown: for people, what is kept where."""

    event: ClassVar[str] = "remove"

    target: str
    host: str
    app: str
    data_removed: bool
    shown: str

    def fields(self) -> dict[str, Any]:
        return {name: value for name, value in super().fields().items() if name != "shown"}

    def text(self) -> str:
        return self.shown


_SCRIPT = Path(__file__).with_name("remove_site.sh")
_SERVERS = {"postgresql": "PostgreSQL", "mariadb": "MariaDB"}
# A line of the script with this start says what is in the way.
_REFUSED = "remove: refused: "


def loses(job: Job, *, with_data: bool) -> str:
    """What a removal does to the site and its data, in a sentence each."""
    site = job.config.app.name
    ends = f"Removing {site} from {job.target_name} takes it off the net and deletes its releases and logs."
    if not with_data:
        return ends
    held = ", what its services hold" if job.config.services.here() else ""
    data = f"its database, uploads{held}, backups and secrets"
    return (
        f"{ends} It also deletes {data} there, for good: a copy elsewhere is yours to make first."
    )


def remove(job: Job, *, with_data: bool) -> None:
    """Raises Refused, with nothing changed, if the host has no such site or something is at work there, and
    StepFailed with the script's last lines if a step fails: the same command continues.
    """
    app, script = job.config.app, PurePosixPath(".understudy-remove.sh")
    job.report.attach("app", app.name)
    database = _server(job)
    with (
        SshConnection(job.target, job.target.admin) as connection,
        job.report.step(f"remove {app.name} from {job.target_name}"),
    ):
        # A relative path is in the admin's home, where no one else can put a file of that name.
        connection.put(_SCRIPT.read_bytes(), script)
        argv = removal.remove(
            script, app.name, job.config.host.deployer, database, with_data=with_data
        )
        done = connection.run(argv, seconds=600, on_line=lambda line: _report_line(job, line))
        connection.run(("rm", "-f", str(script)))
        if not done.ok:
            raise _failed(job, done.text)
    text = _kept(job, database, with_data=with_data)
    answer = Removed(job.target_name, job.target.address, app.name, with_data, text)
    job.report.answer(answer)


def _server(job: Job) -> str:
    """The engine whose server on that host has the site's database; sqlite if none does."""
    packages = roles.packages(job.config, job.target)
    return next((name for name in _SERVERS if databases.SERVERS[name] in packages), "sqlite")


def _kept(job: Job, database: str, *, with_data: bool) -> str:
    site, log = job.config.app.name, f"/var/log/understudy/{job.config.app.name}.log"
    if with_data:
        return f"{job.target_name}: {site} and its data are gone; its audit log stays in {log}"
    where = f"/srv/{site}/shared" + (
        "" if database == "sqlite" else f" and {_SERVERS[database]}'s database {site}"
    )
    return (
        f"{job.target_name}: {site} is gone; its data stays in {where}, its audit log in {log}. "
        "`provision` and `deploy` bring it back; `remove --with-data` deletes the data"
    )


def _failed(job: Job, text: str) -> Refused | StepFailed:
    refusals = [
        line.removeprefix(_REFUSED) for line in text.splitlines() if line.startswith(_REFUSED)
    ]
    if refusals:
        return Refused(
            f"{job.target_name}: {job.config.app.name} was not removed",
            details="\n".join(refusals),
        )
    return StepFailed(
        f"removing {job.config.app.name} from {job.target_name} failed",
        details="\n".join(text.splitlines()[-15:]),
        hint="Fix the cause and run the same command again: it continues where it stopped.",
    )


def _report_line(job: Job, line: str) -> None:
    if line.startswith("==> "):
        job.report.detail(line.removeprefix("==> "))
