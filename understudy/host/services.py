"""How the services of a site are, as a deploy and `status` ask its host."""

from collections.abc import Iterator, Mapping

from understudy.commands import services as commands
from understudy.config.model import Config
from understudy.errors import Refused
from understudy.host.facts import ObservedState
from understudy.job import Job
from understudy.release.services import unit
from understudy.ssh.connection import Connection

UNKNOWN = "the host can't say how it is: provision it"


def words(config: Config) -> tuple[str, ...]:
    """Of all services in deploy.yml, for the program that asks them."""
    elsewhere = config.services.elsewhere()
    return tuple(
        f"{name}={elsewhere[name]}" if name in elsewhere else name for name in config.services.all()
    )


def with_all(config: Config, found: Mapping[str, str]) -> Mapping[str, str]:
    """Name -> OK or what is wrong, of all services in deploy.yml. found: of those that the host has named."""
    return {name: found.get(name, UNKNOWN) for name in config.services.all()}


def journals(job: Job, connection: Connection, states: Mapping[str, str]) -> Iterator[str]:
    """The last lines of the journal of each service on the host that has trouble."""
    for name in job.config.services.here():
        if states[name] != commands.OK:
            done = connection.run(commands.journal(unit(name, job.config.app.name)))
            yield from (f"{name}: {line}" for line in done.output.splitlines())


def require(job: Job, connection: Connection, observed: ObservedState) -> None:
    """Raises Refused if a service that is managed elsewhere can't be reached from the host. Warns of one on
    the host that has trouble: a deploy may be what ends that.
    """
    elsewhere = job.config.services.elsewhere()
    _require_secrets(job, elsewhere, observed)
    wrong = {
        name: state for name, state in _states(job, connection).items() if state != commands.OK
    }
    for name in wrong.keys() - elsewhere.keys():
        job.report.warn(f"{job.target_name}: {name}: {wrong[name]}")
    if unreached := [f"{name}: {wrong[name]}" for name in elsewhere if name in wrong]:
        secrets = " and ".join(elsewhere[name] for name in elsewhere if name in wrong)
        raise Refused(
            f"{job.target_name} ({job.target.address}) can't use a service that is managed elsewhere; "
            "nothing has changed",
            details="\n".join(unreached),
            hint=f"The URL is in the secret {secrets}: python deploy.py secrets set {secrets.split()[0]} "
            f"--target {job.target_name}. The server has to let this host in.",
        )


def _require_secrets(job: Job, elsewhere: Mapping[str, str], observed: ObservedState) -> None:
    for name, secret in elsewhere.items():
        if secret not in observed.secret_names:
            raise Refused(
                f"{job.target_name} has no secret {secret}, the URL of {name}; nothing has changed",
                hint=f"python deploy.py secrets set {secret} --target {job.target_name}",
            )


def _states(job: Job, connection: Connection) -> Mapping[str, str]:
    """Of all services in deploy.yml. Asks nothing if there are none."""
    asked = words(job.config)
    if not asked:
        return {}
    done = connection.run(commands.ask(job.config.app.name, asked), seconds=60)
    return with_all(job.config, commands.states(done.output))
