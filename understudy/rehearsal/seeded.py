"""The level 'seeded': the level 'deployed' with pulled data under it, restored if it was saved, made if not."""

from dataclasses import dataclass

from understudy.data import load as data_load
from understudy.data.bundle import DataBundle
from understudy.deploy import deploy_host
from understudy.errors import UnderstudyError
from understudy.job import Job
from understudy.rehearsal import deployed
from understudy.vm import levels
from understudy.vm.levels import SEEDED, Level
from understudy.vm.machine import Vm


@dataclass(frozen=True)
class Seed:
    """pulled: the data of the target that the VM stands for. It isn't there if there's a reason."""

    pulled: DataBundle | None = None
    reason: str = ""


def find(job: Job) -> Seed:
    """Never fails: what can't be loaded is a reason to do without."""
    try:
        return Seed(data_load.find(job, job.config.vm.stands_for))
    except UnderstudyError as error:
        return Seed(reason=f"{error.summary}: {error.hint}")


def level(on: Level, pulled: DataBundle) -> Level:
    """Of one pull, put under what is on the other level."""
    return levels.level(SEEDED, str(on), pulled.digest)


def restore(job: Job, vm: Vm) -> None:
    """Puts the VM back to a fresh deploy of the commit that deploy.yml means, with pulled data."""
    pulled = data_load.find(job, job.config.vm.stands_for)
    job = job.at(deploy_host.resolve_source(job).commit)
    below = deployed.level(job)
    wanted = level(below, pulled)
    on = vm.reset(wanted, below)
    deployed.ensure(job, vm, below, on=on)
    ensure(job, vm, wanted, on=on)


def ensure(job: Job, vm: Vm, wanted: Level | None, on: Level | None) -> None:
    """Loads the data onto a VM that serves, and saves it so.

    wanted: none if what serves has no level. on: the level that the VM was put back to; none if it
    was in use.
    """
    if on and on == wanted:
        job.report.say("it was on the VM's snapshot")
        return
    data_load.load(job, job.config.vm.stands_for)
    # What somebody may have changed is no state to come back to.
    if on and wanted:
        vm.save(wanted)
