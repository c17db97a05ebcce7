"""After provisioning, the hosts of one site get the same secrets and the login to their database.

Their admins carry them: a deployer can read neither. No value is in a command line, a log, or on the disk here.
"""

import re
from dataclasses import dataclass

from understudy.commands import Argv, site
from understudy.commands import shared as commands
from understudy.config import topology
from understudy.config.target import TargetConfig
from understudy.errors import Refused, StepFailed
from understudy.job import Job
from understudy.ssh.connection import Result, SshConnection

_NAME = re.compile(r"^([A-Za-z_]\w*)=", re.MULTILINE)
_DATABASE = re.compile(
    r"([0-9a-f]{40})\n?(-----BEGIN CERTIFICATE-----\n.*-----END CERTIFICATE-----\n)", re.DOTALL
)


@dataclass(frozen=True)
class Database:
    """What other hosts need to use it. Never printed."""

    address: str
    password: str
    certificate: str

    def __repr__(self) -> str:
        return f"Database({self.address})"


def share(job: Job) -> None:
    """Makes the secrets of all hosts those of the first that has a live release, or of the first; and lets each
    use the database. Does nothing for a target without `hosts`.

    Raises Refused if a host has a secret that would be lost, StepFailed if it can't log in to the database.
    """
    target = job.config.target(job.target_name)
    if not target.host_list:
        return
    with job.report.step("share the secrets and the login to the database"):
        database, hosts = _database(job, target), target.hosts()
        source = next((host for host in hosts if _is_live(job, host)), hosts[0])
        secrets = _made(job, source)
        for host in hosts:
            with SshConnection(host, host.admin) as connection:
                if host is not source:
                    _take_over(job, host, connection, secrets, source)
                _log_in(job, host, connection, database)


def _database(job: Job, target: TargetConfig) -> Database | None:
    """None if no other host uses it."""
    hosts = target.host_list
    holder = next((one for one in hosts if topology.clients(hosts, one.address)), None)
    if holder is None:
        return None
    host = target.at(holder.address)
    with SshConnection(host, host.admin) as connection:
        done = _run(job, host, connection, commands.read_database(job.config.app.name))
    found = _DATABASE.fullmatch(done.output)
    if not found:
        raise StepFailed(
            f"{job.target_name} ({host.address}): the login of its database can't be read",
            hint=f"python deploy.py provision --target {job.target_name} makes it.",
        )
    return Database(holder.inside, found[1], found[2])


def _is_live(job: Job, host: TargetConfig) -> bool:
    with SshConnection(host, host.admin) as connection:
        return connection.run(commands.is_live(job.config.app.name)).ok


def _made(job: Job, host: TargetConfig) -> str:
    """The secrets of that host, with those that deploy.yml has it make."""
    name = job.config.app.name
    with SshConnection(host, host.admin) as connection:
        for secret, how in job.config.secrets.items():
            _run(job, host, connection, site.secret_generate(name, secret, how.generate))
        return _run(job, host, connection, commands.read_secrets(name)).output


def _take_over(
    job: Job, host: TargetConfig, connection: SshConnection, secrets: str, source: TargetConfig
) -> None:
    own = _run(job, host, connection, commands.read_secrets(job.config.app.name)).output
    if lost := sorted(set(_NAME.findall(own)) - set(_NAME.findall(secrets))):
        raise Refused(
            f"{job.target_name}: {host.address} has secrets that {source.address} lacks: {', '.join(lost)}",
            hint="All hosts get the same. Set them on both: "
            f"python deploy.py secrets set {lost[0]} --target {job.target_name}",
        )
    if _write(job, host, connection, commands.SECRETS, secrets):
        job.report.detail(f"{host.address}: secrets as on {source.address}")


def _log_in(
    job: Job, host: TargetConfig, connection: SshConnection, database: Database | None
) -> None:
    name = job.config.app.name
    if database is None or not topology.database_elsewhere(host.host_list, host.address):
        return
    login = commands.login(name, database.address, database.password)
    written = [
        _write(job, host, connection, commands.CERTIFICATE, database.certificate),
        _write(job, host, connection, commands.LOGIN, login),
    ]
    if any(written):
        job.report.detail(f"{host.address}: login to the database on {database.address}")
    done = connection.run(commands.database_answers(name), seconds=30)
    if not done.ok:
        raise StepFailed(
            f"{job.target_name} ({host.address}) can't use the database on {database.address}",
            details=done.text,
            hint=f"It connects to {database.address}:5432, in the network of the hosts (`private` in "
            "deploy.yml). Does that network have a firewall of its own?",
        )


def _write(
    job: Job, host: TargetConfig, connection: SshConnection, name: str, content: str
) -> bool:
    """Whether that changed the file."""
    done = connection.send(commands.write(job.config.app.name, name), content)
    return _ok(job, host, done).output.strip() == "changed"


def _run(job: Job, host: TargetConfig, connection: SshConnection, argv: Argv) -> Result:
    return _ok(job, host, connection.run(argv, seconds=60))


def _ok(job: Job, host: TargetConfig, done: Result) -> Result:
    if not done.ok:
        raise StepFailed(
            f"{job.target_name} ({host.address}): its secrets could not be shared",
            details=done.text,
        )
    return done
