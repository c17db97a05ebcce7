"""The baseline: production's live release, which the candidate is deployed over. Read over SSH."""

from dataclasses import dataclass, replace

from understudy.deploy import commits
from understudy.errors import Refused, UnderstudyError
from understudy.host import session
from understudy.job import Job
from understudy.rehearsal import deployed
from understudy.ssh.connection import SshConnection
from understudy.vm.levels import Level


@dataclass(frozen=True)
class Baseline:
    """commit: production's live one. level: the VM with it deployed. reason: why there is no baseline.

    enable: how to get one. processes: those that it runs on production besides the web process.
    """

    commit: str = ""
    level: Level | None = None
    reason: str = ""
    enable: str = ""
    processes: frozenset[str] = frozenset()

    def job(self, job: Job) -> Job:
        """The job that deploys it. Its commit may lack the code of processes that are new in deploy.yml."""
        kept = {name: one for name, one in job.config.processes.items() if name in self.processes}
        at = job.at(self.commit)
        return replace(at, config=at.config.model_copy(update={"processes": kept}))


def find(job: Job) -> Baseline:
    """Looks which release is live on production; changes nothing there. Errors become the reason."""
    try:
        live = _live(job)
        commits.refuse_if_same(job, live.commit)
        return replace(live, level=deployed.level(live.job(job)))
    except UnderstudyError as error:
        return Baseline(reason=error.summary, enable=error.hint)


def _live(job: Job) -> Baseline:
    name = job.config.vm.stands_for
    if name not in job.config.targets:
        raise Refused(
            f"deploy.yml has no target {name}",
            hint=f"Add the target {name} to deploy.yml: its live release is the baseline.",
        )
    # The same release is live on all hosts, unless a deploy stopped midway.
    with SshConnection(job.config.hosts(name)[0], job.config.host.deployer) as connection:
        found = session.gather(connection, job.config)
    live = found.release(found.current)
    if live is None:
        raise Refused(
            f"no release is live on {name} yet",
            hint=f"It runs once a deploy to {name} was made.",
        )
    runs = found.release_processes.get(live.id, ())
    return Baseline(live.commit, processes=frozenset(one.name for one in runs))
