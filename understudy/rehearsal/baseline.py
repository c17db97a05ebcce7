"""What a release is rehearsed over: what production runs now. A look over SSH; it changes nothing there."""

from dataclasses import dataclass

from understudy.deploy import deploy_host
from understudy.errors import Refused, UnderstudyError
from understudy.host import session
from understudy.job import Job
from understudy.rehearsal import deployed
from understudy.ssh.connection import SshConnection
from understudy.vm.levels import Level


@dataclass(frozen=True)
class Baseline:
    """commit: what production serves. level: the VM with it. Neither is there if there's a reason."""

    commit: str = ""
    level: Level | None = None
    reason: str = ""


def find(job: Job) -> Baseline:
    """Never fails: what can't be found out is a reason to do without."""
    try:
        commit = _served_commit(job)
        deploy_host.refuse_unless_another(job, commit)
        return Baseline(commit, deployed.level(job.at(commit)))
    except UnderstudyError as error:
        return Baseline(reason=error.summary)


def _served_commit(job: Job) -> str:
    name = job.config.vm.stands_for
    if name not in job.config.targets:
        raise Refused(f"deploy.yml has no target {name}")
    # All hosts of a target serve the same, unless a deploy has stopped midway.
    with SshConnection(job.config.hosts(name)[0], job.config.host.deployer) as connection:
        found = session.gather(connection, job.config)
    serving = found.release(found.current)
    if serving is None:
        raise Refused(f"{name} serves nothing yet")
    return serving.commit
