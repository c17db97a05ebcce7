"""The verbs that use the live release: run a command or a timer in it, open its console, open its pages."""

import argparse
from typing import TYPE_CHECKING

from understudy.cli.verbs.context import job_of, one_host_of, refuse_json
from understudy.errors import ConfigError
from understudy.paths import Project

if TYPE_CHECKING:
    from understudy.commands import Argv
    from understudy.report.events import Report


def run(options: argparse.Namespace, project: Project, report: "Report") -> None:
    words = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not words:
        raise ConfigError(
            "run needs a command", hint="python deploy.py run -- python manage.py createsuperuser"
        )
    _run(options, project, report, tuple(words))


def console(options: argparse.Namespace, project: Project, report: "Report") -> None:
    _run(options, project, report, None)


def timers(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import timers
    from understudy.host import all_hosts, runs_on

    job = job_of(options, project, report)
    if options.action == "run":
        refuse_json(options)
        hosts = runs_on.running(job, [options.name])
        timers.run(hosts[0] if len(hosts) == 1 else all_hosts.one(job), options.name)
    all_hosts.look(runs_on.with_timers(job), timers.list_all)


def open_site(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import open_site

    open_site.open_site(one_host_of(options, project, report))


def mail(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import mail
    from understudy.cli.arguments.mail import CLEAR

    job = job_of(options, project, report)
    if options.which == CLEAR:
        mail.clear(job)
    elif options.which is None:
        if options.in_browser:
            raise ConfigError("mail --open needs a number", hint="`mail` lists the mails.")
        mail.list_all(job)
    else:
        mail.show(job, options.which, in_browser=options.in_browser)


def _run(
    options: argparse.Namespace, project: Project, report: "Report", command: "Argv | None"
) -> None:
    """Without a command: the app's console."""
    refuse_json(options)
    from understudy.cli import run
    from understudy.commands import in_release

    job = one_host_of(options, project, report)
    run.run(job, options.verb, command or in_release.console(job.config.app))
