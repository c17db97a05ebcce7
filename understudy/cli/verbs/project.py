"""The verb that makes a project: init."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.paths import Project

if TYPE_CHECKING:
    from understudy.report.events import Report


def init(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.project import init as project_init

    # Not the project of a deploy.yml above: each app of a repository may have its own.
    folder = Path(options.config).parent if options.config else Path.cwd()
    project_init.init(folder.absolute(), report, options.capture)
