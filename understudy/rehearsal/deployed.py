"""The level 'deployed': the staging VM with one commit serving, restored if it was saved, made if not."""

from understudy.deploy import deploy_host
from understudy.host import kept_secrets
from understudy.job import Job
from understudy.release import render
from understudy.release import source as sources
from understudy.vm import levels
from understudy.vm.levels import DEPLOYED, PROVISIONED, Level
from understudy.vm.machine import Vm


def level(job: Job) -> Level:
    """Of the commit that deploy.yml means: all that a deploy of it to the provisioned VM goes by."""
    source = sources.resolve_source(job.config.app, job.directory, job.project.cache / "git")
    host_files = render.host_files(job.config, job.target, job.project.templates)
    fingerprint_inputs = deploy_host.fingerprint_inputs(
        job, source, python="", secrets=kept_secrets.digest(job)
    )
    return levels.level(
        DEPLOYED, source.commit, *fingerprint_inputs, *(file.content for file in host_files)
    )


def restore(job: Job, vm: Vm) -> None:
    """Puts the VM back to a fresh deploy of the commit that deploy.yml means."""
    job = job.at(deploy_host.resolve_source(job).commit)
    wanted = level(job)
    ensure(job, vm, wanted, on=vm.reset(wanted))


def ensure(job: Job, vm: Vm, wanted: Level, on: Level | None) -> None:
    """Makes the VM serve the commit, and saves it so. on: the level it is on; none if it was in use.

    On the wanted level, or one above it, the deploy has nothing to do, or else puts right what isn't
    as it should be.
    """
    deploy_host.deploy(job)
    # What somebody may have changed, or has data, is no state to come back to without.
    if on and on.name == PROVISIONED:
        vm.save(wanted)
