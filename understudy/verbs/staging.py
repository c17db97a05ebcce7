"""The verbs about the staging VM."""

import argparse
from typing import TYPE_CHECKING

from understudy.ladder import PROVISIONED, SEEDED
from understudy.project import Project
from understudy.verbs.about import job_of, vm_of

if TYPE_CHECKING:
    from understudy.report import Report


def rehearse(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import receipts, vm_address
    from understudy.recorder import Recorder
    from understudy.rehearsal import Rehearsal
    from understudy.schedule import Choice
    from understudy.timings import Timings

    choice = Choice(frozenset(options.only), options.since, options.keep, options.fail_fast)
    timings = Timings(project.state / "timings.json")
    # The receipt tells what the report does: a rehearsal is one of the verbs that are KEPT.
    assert isinstance(report, Recorder)  # noqa: S101
    vm_address.choose(project)
    job = job_of(options, project, report)
    job = receipts.unsigned(job) if options.unsigned else job
    Rehearsal(job, vm_of(project, report), choice, timings, report).run()


def up(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import vm_address

    vm_address.choose(project)
    vm_of(project, report).up()


def reset(options: argparse.Namespace, project: Project, report: "Report") -> None:
    vm = vm_of(project, report)
    if options.rung == PROVISIONED:
        vm.reset()
        return
    from understudy import deployed, evidence, seeded

    job = job_of(options, project, report)
    with evidence.explained(job):
        (seeded if options.rung == SEEDED else deployed).reset(job, vm)


def down(options: argparse.Namespace, project: Project, report: "Report") -> None:
    vm_of(project, report).down()


def destroy(options: argparse.Namespace, project: Project, report: "Report") -> None:
    vm_of(project, report).destroy()
