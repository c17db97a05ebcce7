"""What production runs now: a look at it over SSH, which changes nothing there."""

from understudy import session
from understudy.connection import SshConnection
from understudy.errors import Refused
from understudy.job import Job


def commit(job: Job) -> str:
    """The commit that the target which the VM stands for serves.

    Raises Refused, with the reason, if there is none; Unreachable if it can't be asked.
    """
    name = job.config.vm.stands_for
    target = job.config.targets.get(name)
    if target is None:
        raise Refused(f"deploy.yml has no target {name}")
    with SshConnection(target, job.config.host.deployer) as connection:
        found = session.gather(connection, job.config)
    serving = found.release(found.current)
    if serving is None:
        raise Refused(f"{name} serves nothing yet")
    return serving.commit
