"""The verbs that change nothing: they show what is on hosts, in reports and on this machine."""

import argparse
from typing import TYPE_CHECKING

from understudy.cli.verbs.context import job_of, one_host_of, refuse_json
from understudy.paths import Project

if TYPE_CHECKING:
    from understudy.report.events import Report


def capture(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.config import model
    from understudy.parity import capture_host

    name = options.target or model.load(project.config_file).mirrored_target()
    capture_host.capture_all(job_of(options, project, report, name))


def drift(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.parity import compare

    job = job_of(options, project, report, _job_target(options, compare.NO_HOSTS))
    found = compare.comparisons(job, options.target, options.between)
    compare.show(job, found, html=options.html)


def _job_target(options: argparse.Namespace, no_hosts: tuple[str, str]) -> str | None:
    """A target that the options name, so that a project needs no VM. None: by default a side is the VM."""
    sides = (options.target, *reversed(options.between or ()))
    names = (side.partition(":")[0] for side in sides if side and side not in no_hosts)
    return next(names, None)


def logs(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import logs
    from understudy.host import runs_on

    job = job_of(options, project, report)
    process = options.process or runs_on.default_log(job)
    wanted = logs.Wanted(options.lines, options.follow, process, options.since, options.grep)
    logs.logs(job, runs_on.logs(job, process), wanted)


def audit(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.host import all_hosts, audit

    job = job_of(options, project, report)
    lines = audit.LINES if options.lines is None and options.since is None else options.lines
    audit.show(all_hosts.machines(job), job, lines=lines, since=options.since)


def ssh(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import shell

    refuse_json(options)
    job = one_host_of(options, project, report)
    words = options.command[1:] if options.command[:1] == ["--"] else options.command
    shell.ssh(job, tuple(words))


def show_report(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import reports

    if options.list:
        reports.list_reports(project, report)
    elif options.history:
        reports.open_history(project, report)
    else:
        reports.open_latest(project, report)


def doctor(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import doctor, fix, target_checks
    from understudy.vm.address import TARGET

    if options.fix:
        fix.fix(project, report, confirmed=options.yes)
    if options.target in (None, TARGET):
        doctor.examine(project, report)
    else:
        target_checks.examine(job_of(options, project, report), report)


def prune(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import prune

    prune.prune(project, report, confirmed=options.yes)
