"""The baseline: production's live release, which the candidate is deployed over. Read over SSH."""

from dataclasses import dataclass

from understudy.deploy import commits
from understudy.errors import Refused, UnderstudyError
from understudy.host import session
from understudy.job import Job
from understudy.rehearsal import deployed
from understudy.ssh.connection import SshConnection
from understudy.vm.levels import Level


@dataclass(frozen=True)
class Baseline:
    """commit: production's live one. level: the VM with it deployed. reason: why there is no baseline."""

    commit: str = ""
    level: Level | None = None
    reason: str = ""


def find(job: Job) -> Baseline:
    """Looks which release is live on production; changes nothing there. Errors become the reason."""
    try:
        commit = _live_commit(job)
        commits.refuse_if_same(job, commit)
        return Baseline(commit, deployed.level(job.at(commit)))
    except UnderstudyError as error:
        return Baseline(reason=error.summary)


def _live_commit(job: Job) -> str:
    name = job.config.vm.stands_for
    if name not in job.config.targets:
        raise Refused(f"deploy.yml has no target {name}")
    # The same release is live on all hosts, unless a deploy stopped midway.
    with SshConnection(job.config.hosts(name)[0], job.config.host.deployer) as connection:
        found = session.gather(connection, job.config)
    live = found.release(found.current)
    if live is None:
        raise Refused(f"no release is live on {name} yet")
    return live.commit
