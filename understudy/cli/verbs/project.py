"""The verbs about the files of a project: init, config, eject."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.paths import Project

if TYPE_CHECKING:
    from understudy.report.events import Report


def init(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.errors import ConfigError
    from understudy.project import init as project_init
    from understudy.project.production import Login

    login = Login(options.key, options.known_hosts)
    if login != Login() and not options.capture:
        raise ConfigError(
            "--key and --known-hosts are for --capture, which reads a server",
            hint="For example: init --capture debian@192.0.2.7 --key ~/.ssh/shop",
        )
    # Not the project of a deploy.yml above: each app of a repository may have its own.
    folder = Path(options.config).parent if options.config else Path.cwd()
    project_init.init(folder.absolute(), report, options.capture, login)


def config(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import settings

    if options.schema:
        settings.show_schema(project, report)
    else:
        settings.show(project, report, options.key)


def show_page(options: argparse.Namespace, project: Project, report: "Report") -> None:
    """Of docs/."""
    from understudy.cli import manual

    [word] = options.words
    report.say(manual.shown(word))


def eject(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.project import overrides
    from understudy.project.override_list import Overrides

    if options.name:
        copy = overrides.eject(project, options.name)
        text = f"{copy}: change it, and commit it; it is used in place of Understudy's own"
        report.result("ejected", {"file": str(copy)}, text)
        return
    files = [(one.name, one.exists) for one in overrides.possible(project)]
    report.answer(Overrides(tuple(files)))
