"""How the services of a site are, as a deploy and `status` ask its host."""

from collections.abc import Iterator, Mapping

from understudy.commands import services as commands
from understudy.errors import Refused
from understudy.host.facts import ObservedState
from understudy.job import Job
from understudy.release.services import unit
from understudy.ssh.connection import Connection

_UNKNOWN = "the host can't say how it is: provision it"


def describe(job: Job, connection: Connection) -> Iterator[str]:
    """A line for each service; behind one that has trouble the last lines of its journal."""
    here = job.config.services.here()
    for name, state in _states(job, connection).items():
        if state == commands.OK:
            yield f"{name}: ok"
        else:
            yield f"{name}: TROUBLE: {state}"
            yield from _journal(job, connection, name) if name in here else ()


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
    services = job.config.services
    elsewhere = services.elsewhere()
    words = tuple(
        f"{name}={elsewhere[name]}" if name in elsewhere else name for name in services.all()
    )
    if not words:
        return {}
    done = connection.run(commands.ask(job.config.app.name, words), seconds=60)
    found = commands.states(done.output)
    return {name: found.get(name, _UNKNOWN) for name in services.all()}


def _journal(job: Job, connection: Connection, name: str) -> Iterator[str]:
    done = connection.run(commands.journal(unit(name, job.config.app.name)))
    for line in done.output.splitlines():
        yield f"  {line}"
