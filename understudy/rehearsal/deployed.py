"""The snapshot level 'deployed': the staging VM with one commit live. Restored if saved, built if not."""

from understudy.deploy import commits, deploy_host, prepare
from understudy.host import kept_secrets
from understudy.job import Job
from understudy.release import render
from understudy.release import source as sources
from understudy.vm import levels
from understudy.vm.levels import DEPLOYED, PROVISIONED, Level
from understudy.vm.machine import Vm


def level(job: Job) -> Level:
    """The level for deploy.yml's commit. Its inputs are all that a deploy to the provisioned VM depends on."""
    source = sources.resolve_source(job.config.app, job.directory, job.project.cache / "git")
    host_files = render.host_files(job.config, job.target, job.project.templates)
    fingerprint_inputs = prepare.fingerprint_inputs(
        job, source, python="", secrets=kept_secrets.digest(job)
    )
    generated = repr(job.config.secrets) if job.config.secrets else ""
    return levels.level(
        *(DEPLOYED, source.commit, *fingerprint_inputs, generated),
        *(file.content for file in host_files),
    )


def restore(job: Job, vm: Vm) -> None:
    """Resets the VM to a fresh deploy of deploy.yml's commit."""
    job = job.at(commits.resolve(job).commit)
    wanted = level(job)
    ensure(job, vm, wanted, on=vm.reset(wanted))


def ensure(job: Job, vm: Vm, wanted: Level, on: Level | None) -> None:
    """Deploys the commit to the VM and saves the level. on: the level that the VM was reset to, None if
    it was in use.

    On the wanted level, or one above it, the deploy changes nothing or repairs what differs.
    """
    vm.issuer.start()
    deploy_host.deploy(job.without_hooks())
    # A VM that was in use may have been changed, and one above has data: neither is saved.
    if on and on.name == PROVISIONED:
        vm.save(wanted)
