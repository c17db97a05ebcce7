"""The verbs about the staging VM."""

import argparse
from typing import TYPE_CHECKING

from understudy.cli.verbs.context import checked, job_of, vm_of
from understudy.paths import Project
from understudy.vm.levels import PROVISIONED, SEEDED

if TYPE_CHECKING:
    from understudy.report.events import Report


def rehearse(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.project import schema_copy
    from understudy.receipts import issue
    from understudy.rehearsal.phases import Selection
    from understudy.rehearsal.run import Rehearsal
    from understudy.rehearsal.timings import Timings
    from understudy.report.recorder import Recorder
    from understudy.vm import new_address

    selection = Selection(
        frozenset(options.only), options.start_at, options.keep, options.fail_fast
    )
    timings = Timings(project.state / "timings.json")
    # The receipt is made from the recording; rehearse is one of the verbs in main.REPORTED.
    assert isinstance(report, Recorder)  # noqa: S101
    schema_copy.refresh(project)
    with new_address.chosen(project):
        job = checked(job_of(options, project, report))
        job = issue.without_key(job) if options.unsigned else job
        job = job.at(options.commit) if options.commit else job
        vm = vm_of(project, report)
        with vm.issuer:
            Rehearsal(job, vm, selection, timings, report).run()


def up(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.vm import new_address

    with new_address.chosen(project):
        checked(job_of(options, project, report))
        vm_of(project, report).up()
    _report_vm(project, report)


def reset(options: argparse.Namespace, project: Project, report: "Report") -> None:
    vm = vm_of(project, report)
    if options.level == PROVISIONED:
        vm.reset()
        _report_vm(project, report, PROVISIONED)
        return
    from understudy.diagnosis import explain
    from understudy.host import all_hosts
    from understudy.rehearsal import deployed, seeded

    job = job_of(options, project, report)
    with explain.explained(all_hosts.jobs(job)[0]), vm.issuer:
        (seeded if options.level == SEEDED else deployed).restore(job, vm)
    _report_vm(project, report, options.level)


def down(options: argparse.Namespace, project: Project, report: "Report") -> None:
    vm_of(project, report).down()
    _report_vm(project, report)


def destroy(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import prompts

    vm = vm_of(project, report)
    if vm.exists() and not options.yes:
        prompts.confirm(
            f"Destroying VM {vm.name} discards what is on it, with its snapshots: releases, data, secrets."
        )
    vm.destroy()
    _report_vm(project, report)


def _report_vm(project: Project, report: "Report", level: str | None = None) -> None:
    from understudy.vm import address as vm_address
    from understudy.vm import now

    for machine in now.look(project, vm_address.load(project), level):
        report.answer(machine)
