"""The rung 'seeded': the rung 'deployed' with pulled data under it, restored if it was saved, made if not."""

from dataclasses import dataclass

from understudy.data import load as data_load
from understudy.data.bundle import Pulled
from understudy.deploy import deploy_host
from understudy.errors import UnderstudyError
from understudy.job import Job
from understudy.rehearsal import deployed
from understudy.vm import levels
from understudy.vm.levels import SEEDED, Rung
from understudy.vm.machine import Vm


@dataclass(frozen=True)
class Seed:
    """pulled: the data of the target that the VM stands for. It isn't there if there's a reason."""

    pulled: Pulled | None = None
    reason: str = ""


def find(job: Job) -> Seed:
    """Never fails: what can't be loaded is a reason to do without."""
    try:
        return Seed(data_load.find(job, job.config.vm.stands_for))
    except UnderstudyError as error:
        return Seed(reason=f"{error.summary}: {error.hint}")


def rung(on: Rung, pulled: Pulled) -> Rung:
    """Of one pull, put under what is on the other rung."""
    return levels.rung(SEEDED, str(on), pulled.digest)


def reset(job: Job, vm: Vm) -> None:
    """Puts the VM back to a fresh deploy of the commit that deploy.yml means, with pulled data."""
    pulled = data_load.find(job, job.config.vm.stands_for)
    job = job.at(deploy_host.find_source(job).commit)
    below = deployed.rung(job)
    wanted = rung(below, pulled)
    on = vm.reset(wanted, below)
    deployed.put(job, vm, below, on=on)
    put(job, vm, wanted, on=on)


def put(job: Job, vm: Vm, wanted: Rung | None, on: Rung | None) -> None:
    """Loads the data onto a VM that serves, and saves it so.

    wanted: none if what serves has no rung. on: the rung that the VM was put back to; none if it
    was in use.
    """
    if on and on == wanted:
        job.report.say("it was on the VM's snapshot")
        return
    data_load.load(job, job.config.vm.stands_for)
    # What somebody may have changed is no state to come back to.
    if on and wanted:
        vm.save(wanted)
