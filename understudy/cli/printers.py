"""What a verb prints to: the terminal, or JSON for programs; and of a rehearsal a log of all that happens."""

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.paths import Project

if TYPE_CHECKING:
    from understudy.report.events import Report
    from understudy.report.masking_report import MaskingReport

# Of these the terminal shows only what a person wants to see.
_LOGGED = {"rehearse"}


@contextmanager
def opened(options: argparse.Namespace, project: Project) -> Iterator["Report"]:
    """All that a verb prints goes through it. Nothing is imported or opened before the first event."""
    printed = _masked(options, project, partial(_printer, options))
    is_logged = options.verb in _LOGGED and not (options.json or project.has_no_config)
    with ExitStack() as stack:
        if options.verbosity > 0 and not options.json:
            stack.enter_context(_showing_commands(printed))
        if not is_logged:
            yield printed
            return
        from understudy.report.both import Both

        log = project.state / f"{options.verb}.log"
        logged = _masked(options, project, partial(_log, log))
        stack.enter_context(_showing_commands(logged))
        yield Both(printed, logged)
        if log.exists() and options.verbosity >= 0:
            printed.say(f"log: {os.path.relpath(log, project.directory)}")


def _masked(
    options: argparse.Namespace, project: Project, make: Callable[[], "Report"]
) -> "MaskingReport":
    from understudy.report.masking_report import MaskingReport

    def secrets() -> frozenset[str]:
        from understudy.cli.known_secrets import known_secrets

        return known_secrets(project)

    return MaskingReport(make, secrets, options.called.text, takes_attached=options.json)


def _printer(options: argparse.Namespace) -> "Report":
    if options.json:
        from understudy.report.events import JsonReport

        return JsonReport()
    from understudy.report.terminal import TextReport

    return TextReport(options.verbosity)


def _log(file: Path) -> "Report":
    """Of the last run of that verb, for this user only."""
    from understudy.report.terminal import TextReport

    # Without the folder, which is made before the verb begins, there is nothing worth a log.
    path = file if file.parent.is_dir() else Path(os.devnull)
    opener = partial(os.open, mode=0o600)
    return TextReport(verbosity=1, out=open(path, "w", 1, errors="replace", opener=opener))


@contextmanager
def _showing_commands(report: "Report") -> Iterator[None]:
    from understudy.ssh import commands_run

    with commands_run.heard_by(report.detail):
        yield
