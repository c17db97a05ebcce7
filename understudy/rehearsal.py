"""The whole run on the staging VM, ending in a verdict."""

import time

from understudy import runner, verify
from understudy.errors import StepFailed, UnderstudyError
from understudy.job import Job
from understudy.vm import Vm


def rehearse(job: Job, vm: Vm, *, slow: bool = False) -> None:
    """Brings up the VM, deploys, verifies, deploys again. Raises what failed first."""
    began = time.monotonic()
    try:
        vm.up()
        warnings = runner.deploy(job, probe=True)
        verify.verify(job, slow=slow)
        _must_be_converged(job)
        if warnings:
            raise StepFailed("the deploy went through, but not well", details="\n".join(warnings))
    except UnderstudyError:
        job.report.say(f"verdict: NOT READY after {time.monotonic() - began:.0f} s")
        raise
    job.report.say(f"verdict: READY after {time.monotonic() - began:.0f} s")


def _must_be_converged(job: Job) -> None:
    with job.report.step("a second deploy plans nothing"):
        runner.require_converged(job)
