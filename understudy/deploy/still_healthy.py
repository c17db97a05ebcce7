"""Whether the live release of a host still answers after a change of the host."""

from understudy.commands import drained, http
from understudy.config import domains
from understudy.errors import StepFailed
from understudy.job import Job
from understudy.release.layout import Paths
from understudy.ssh.connection import Connection

# For a host's services to be back.
_SECONDS = 60


def require(job: Job, connection: Connection, name: str) -> None:
    """Asks through the host's own nginx, which the change may have restarted. name: of the host.

    Raises StepFailed with the last answer, after a minute.
    """
    url = f"{_origin(job, connection)}{job.config.app.health_path}"
    argv = drained.await_health(http.get(url, address="127.0.0.1"), _SECONDS)
    answer = connection.run(argv, seconds=_SECONDS + 30)
    if not answer.ok:
        raise StepFailed(
            f"{job.target_name}: {name} is not healthy after {_SECONDS} s",
            details=answer.text[-2000:],
        )


def _origin(job: Job, connection: Connection) -> str:
    """Where nginx answers for the live release: it knows another `domain` of deploy.yml after a deploy."""
    file = connection.run(("cat", str(Paths(job.config.root).nginx_file)))
    return domains.origin_in(file.output, job.target.domain) or job.target.own_origin
