"""The snapshot level 'deployed': the staging VM with one commit live. Restored if saved, built if not."""

from collections.abc import Iterator, Sequence

from understudy.deploy import commits, deploy_host, prepare, rollout
from understudy.errors import StepFailed
from understudy.host import all_hosts, kept_secrets
from understudy.job import Job
from understudy.release import render
from understudy.release import source as sources
from understudy.release.source import Source
from understudy.vm import levels
from understudy.vm.levels import DEPLOYED, PROVISIONED, Level
from understudy.vm.machine import Vm


def level(job: Job) -> Level:
    """The level for deploy.yml's commit. Its inputs are all that a deploy to the provisioned VM depends on."""
    source = sources.resolve_source(job.config.app, job.directory, job.project.cache / "git")
    hosts = [_of_host(host, source) for host in all_hosts.jobs(job)]
    return levels.level(DEPLOYED, source.commit, *(text for texts in hosts for text in texts))


def _of_host(job: Job, source: Source) -> Iterator[str]:
    host_files = render.host_files(job.config, job.target, job.project.templates)
    yield from prepare.fingerprint_inputs(job, source, python="", secrets=kept_secrets.digest(job))
    yield repr(job.config.secrets) if job.config.secrets else ""
    yield from (file.content for file in host_files)


def restore(job: Job, vm: Vm) -> None:
    """Resets the VM to a fresh deploy of deploy.yml's commit."""
    job = job.at(commits.resolve(job).commit)
    wanted = level(job)
    ensure(job, vm, wanted, on=vm.reset(wanted))


def ensure(job: Job, vm: Vm, wanted: Level, on: Level | None) -> None:
    """Deploys the commit to the VM and saves the level. on: the level that the VM was reset to, None if
    it was in use.

    On the wanted level, or one above it, the deploy changes nothing or repairs what differs. After warnings the
    level is saved only if it is whole: it would be restored again and again without a certificate, say.
    """
    vm.issuer.ensure()
    job = job.without_hooks()
    if job.config.target(job.target_name).host_list:
        warnings: Sequence[str] = rollout.deploy(job, probe=False, wait=0, without_rehearsal=None)
    else:
        warnings = deploy_host.deploy(job)
    # A VM that was in use may have been changed, and one above has data: neither is saved.
    if not (on and on.name == PROVISIONED):
        return
    if warnings and not _is_whole(job):
        job.report.say("  the VM is not saved like this: the next reset deploys again")
        return
    vm.save(wanted)


def _is_whole(job: Job) -> bool:
    """Whether the deploy has done all that it was to do."""
    try:
        rollout.require_converged(job)
    except StepFailed:
        return False
    return True
