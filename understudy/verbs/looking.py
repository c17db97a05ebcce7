"""The verbs that only look, on hosts and here."""

import argparse
from typing import TYPE_CHECKING

from understudy.project import Project
from understudy.verbs.about import job_of

if TYPE_CHECKING:
    from understudy.report import Report


def capture(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import capture_host, config, fleet

    name = options.of or config.load(project.config_file).vm.stands_for
    host = fleet.one(job_of(options, project, report, name))
    capture_host.capture(host, capture_host.name_of(host))


def drift(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import parity

    job = job_of(options, project, report)
    parity.tell(job, parity.find(job, options.of, options.model, options.copy), html=options.html)


def logs(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import shell

    job = job_of(options, project, report)
    shell.logs(job.config, job.target, report.say, lines=options.lines, follow=options.follow)


def ssh(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import shell

    job = job_of(options, project, report)
    words = options.command[1:] if options.command[:1] == ["--"] else options.command
    shell.ssh(job.target, job.config.host.deployer, tuple(words))


def show_report(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import reporting

    (reporting.tell_all if options.list else reporting.open_latest)(project, report)


def doctor(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import doctor

    doctor.examine(project, report)
