"""The verbs that change nothing: they show what is on hosts, in reports and on this machine."""

import argparse
from typing import TYPE_CHECKING

from understudy.cli.verbs.context import job_of
from understudy.paths import Project

if TYPE_CHECKING:
    from understudy.report.events import Report


def capture(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.config import model
    from understudy.host import all_hosts
    from understudy.parity import capture_host

    name = options.chosen_target or model.load(project.config_file).vm.stands_for
    host = all_hosts.one(job_of(options, project, report, name))
    capture_host.capture(host, capture_host.name_of(host))


def drift(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.parity import compare

    job = job_of(options, project, report)
    found = compare.comparisons(job, options.chosen_target, options.model, options.copy)
    compare.show(job, found, html=options.html)


def logs(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import shell

    shell.logs(job_of(options, project, report), lines=options.lines, follow=options.follow)


def ssh(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import shell

    job = job_of(options, project, report)
    words = options.command[1:] if options.command[:1] == ["--"] else options.command
    shell.ssh(job, tuple(words))


def show_report(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import reports

    (reports.list_reports if options.list else reports.open_latest)(project, report)


def doctor(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import doctor

    doctor.examine(project, report)
