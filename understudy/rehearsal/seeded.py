"""The snapshot level 'seeded': 'deployed' with pulled data. Restored if saved, built if not."""

from dataclasses import dataclass

from understudy.data import load as data_load
from understudy.data import rewrite_check
from understudy.data.bundle import DataBundle
from understudy.deploy import commits
from understudy.errors import UnderstudyError
from understudy.job import Job
from understudy.rehearsal import deployed
from understudy.vm import levels
from understudy.vm.levels import SEEDED, Level
from understudy.vm.machine import Vm


@dataclass(frozen=True)
class Seed:
    """pulled: data of the target that the VM mirrors. reason: why there is none. enable: how to get some."""

    pulled: DataBundle | None = None
    reason: str = ""
    enable: str = ""


def find(job: Job) -> Seed:
    """Looks for pulled data on this machine. Errors become the reason."""
    try:
        return Seed(data_load.find(job, job.config.vm.stands_for))
    except UnderstudyError as error:
        return Seed(reason=error.summary, enable=error.hint)


def level(on: Level, pulled: DataBundle) -> Level:
    """The level for one pull of data, loaded onto the level `on`."""
    return levels.level(SEEDED, str(on), pulled.digest, pulled.rewriting)


def restore(job: Job, vm: Vm) -> None:
    """Resets the VM to a fresh deploy of deploy.yml's commit, with pulled data.

    Raises Refused if no data was pulled.
    """
    pulled = data_load.find(job, job.config.vm.stands_for)
    job = job.at(commits.resolve(job).commit)
    below = deployed.level(job)
    wanted = level(below, pulled)
    on = vm.reset(wanted, below)
    deployed.ensure(job, vm, below, on=on)
    ensure(job, vm, wanted, on=on)


def ensure(job: Job, vm: Vm, wanted: Level | None, on: Level | None) -> None:
    """Loads the pulled data into the live release's databases and saves the level.

    wanted: None if what is live has no level. on: the level that the VM was reset to, None if it was in
    use. Raises StepFailed if a column still has names of the site that the data is from; then nothing is saved.
    """
    if on and on == wanted:
        job.report.say("the VM's snapshot has the data already")
        return
    source = job.config.vm.stands_for
    if leftovers := data_load.load(job, source):
        raise rewrite_check.failure(leftovers, source, job.target_name)
    # A VM that was in use may have been changed: it is not saved.
    if on and wanted:
        vm.save(wanted)
