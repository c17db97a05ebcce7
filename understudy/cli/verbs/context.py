"""What a verb works on: a job on a target, or the VM."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from understudy.errors import ConfigError
from understudy.paths import Project

if TYPE_CHECKING:
    from understudy.config.host_choice import Choice
    from understudy.config.target import TargetConfig
    from understudy.job import Job
    from understudy.report.events import Report
    from understudy.ssh.early import EarlyConnection
    from understudy.vm.machine import Vm


def job_of(
    options: argparse.Namespace,
    project: Project,
    report: "Report",
    target: str | None = None,
    early: "EarlyConnection | None" = None,
) -> "Job":
    """The job for the target that the options name, or for `target` instead.

    early: a connection to its host that is being opened. Raises ConfigError for a wrong deploy.yml, for a
    target or host that it doesn't have, or for a host that the verb does not work on.
    """
    from understudy.config import host_choice
    from understudy.job import Job
    from understudy.vm import address as vm_address

    settings = vm_address.load(project)
    name = target or getattr(options, "target", None) or vm_address.TARGET
    host = getattr(options, "host", None)
    settings.hosts(name, host)
    if host:
        chosen = settings.target(name)
        host_choice.refuse_unfit(name, chosen, host, _choice(options, chosen))
    if name == vm_address.TARGET:
        from understudy.vm import reached

        if reached.ensure(project, settings):
            # It was refused: there was no way to the VM yet.
            early = None
    return Job(project, settings, name, report, host, early)


def one_host_of(
    options: argparse.Namespace, project: Project, report: "Report", target: str | None = None
) -> "Job":
    """As job_of(), for the one host that the verb works on. If any of several will do, a message names it.
    Raises ConfigError if there are several.
    """
    from understudy.config import host_choice
    from understudy.host import all_hosts

    job = job_of(options, project, report, target)
    whole = job.config.target(job.target_name)
    choice = _choice(options, whole)
    found = all_hosts.one(job, choice)
    fits = host_choice.fitting(whole.host_list, choice)
    if choice.any_will_do and not job.address and len(fits) > 1:
        # Not among what `run` prints for programs.
        report.warn(f"without --host: {options.verb} on {found.target.address}")
    return found


def _choice(options: argparse.Namespace, target: "TargetConfig") -> "Choice":
    from understudy.config import host_choice

    return host_choice.of(options.verb, [host.roles for host in target.host_list])


def refuse_json(options: argparse.Namespace) -> None:
    """For a verb whose output is that of another program. Raises ConfigError for --json."""
    if options.json:
        raise ConfigError(
            f"{options.verb} takes no --json: it passes on what another program prints",
            hint="docs/json.md lists what can be had as JSON.",
        )


def checked(job: "Job") -> "Job":
    """The job again. Raises ConfigError if a file that the project uses in place of Understudy's is broken, or
    if systemd on this machine can't read the calendar of a timer.
    """
    from understudy.deploy import calendars
    from understudy.project import overrides

    calendars.check(job)
    overrides.check(job.project, job.config, job.target_name)
    return job


@contextmanager
def issuing(job: "Job") -> Iterator["Job"]:
    """The job. In the block its host can get a certificate, if it is the VM and Pebble issues its
    certificates; elsewhere an issuer is at work already.
    """
    if not _has_issuer(job):
        yield job
        return
    from understudy.vm.issuer.pebble import Issuer

    with Issuer(job.project, job.config) as issuer:
        issuer.start()
        yield job


def _has_issuer(job: "Job") -> bool:
    from understudy.vm.address import TARGET

    if job.target_name != TARGET:
        return False
    from understudy.vm.issuer import settings

    return settings.has_issuer(job.config.target(TARGET))


def vm_of(project: Project, report: "Report") -> "Vm":
    from understudy.vm import address as vm_address
    from understudy.vm.machine import Vm

    return Vm(project, vm_address.load(project), report)
