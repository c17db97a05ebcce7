"""What a verb is about: a job on a target, the VM."""

import argparse
from typing import TYPE_CHECKING

from understudy.project import Project

if TYPE_CHECKING:
    from understudy.job import Job
    from understudy.report import Report
    from understudy.vm import Vm


def job_of(
    options: argparse.Namespace, project: Project, report: "Report", target: str | None = None
) -> "Job":
    """target: instead of the one that the options name."""
    from understudy import vm_address
    from understudy.job import Job

    settings = vm_address.load(project)
    name = getattr(options, "target", "vagrant") if target is None else target
    host = getattr(options, "host", None)
    settings.hosts(name, host)
    return Job(project, settings, name, report, host)


def vm_of(project: Project, report: "Report") -> "Vm":
    from understudy import vm_address
    from understudy.vm import Vm

    return Vm(project, vm_address.load(project), report)
