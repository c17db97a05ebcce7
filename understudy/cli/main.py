# PYTHON_ARGCOMPLETE_OK
"""Runs one verb and returns its exit code. verbs/ holds what each verb runs."""

import argparse
import gc
import io
import os
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from understudy.cli import printers, readers, too_early
from understudy.cli.arguments.command_line import make_parser, parse
from understudy.cli.arguments.group import Verb
from understudy.cli.called import DEPLOY_PY, INSTALLED, Called, about_target
from understudy.cli.verbs import data, deploying, inspecting, running, vm
from understudy.cli.verbs import project as project_verbs
from understudy.errors import INTERRUPTED, NoConnection, UnderstudyError, Unreachable
from understudy.local import private
from understudy.paths import RESOURCES, Project, find_project

if TYPE_CHECKING:
    from understudy.cli.known_host import KnownHost
    from understudy.report.events import Report


def run_installed() -> NoReturn:
    """The console script `understudy`, for the project of the folder in which it is called."""
    run_process(sys.argv[1:], Path.cwd(), INSTALLED)


def run_deploy_py(file: str) -> NoReturn:
    """`python deploy.py`, for the project in whose folder that file is."""
    directory, here = Path(file).resolve().parent, find_project(Path.cwd())
    if here.config_file.is_file() and "_ARGCOMPLETE" not in os.environ:
        warn_of_another_project(find_project(directory), here, sys.argv[1:])
    run_process(sys.argv[1:], directory, DEPLOY_PY)


def warn_of_another_project(project: Project, here: Project, arguments: list[str]) -> None:
    """A deploy.py is of its own folder's project. here: that of the folder in which it is called."""
    named = any(word.partition("=")[0] == "--config" for word in arguments)
    if not named and project.directory.resolve() != here.directory.resolve():
        print(
            f"! this is the project in {project.directory}, whose deploy.py was called; {here.directory} has a "
            "deploy.yml of its own",
            file=sys.stderr,
        )


def run_process(arguments: list[str], directory: Path, program: str = DEPLOY_PY) -> NoReturn:
    """As main(), as all that this process does."""
    # Python would search all that was imported for garbage, a dozen times meanwhile and once at the end.
    # A deploy makes over a hundred thousand objects; garbage of half a million takes some 50 MB.
    gc.set_threshold(500_000)
    try:
        code = main(arguments, directory, program)
    except BrokenPipeError:
        if not readers.has_gone(sys.stdout):
            raise
        code = readers.GONE
        readers.silence(sys.stdout)
    gc.freeze()
    sys.exit(code)


def main(arguments: list[str], directory: Path, program: str = DEPLOY_PY) -> int:
    """Runs one verb and returns the exit code. directory: deploy.yml is in it, or in a folder above.

    program: DEPLOY_PY or INSTALLED, as the user called it.

    An UnderstudyError is printed; any other exception is a bug and passes.
    """
    for stream in (sys.stdout, sys.stderr):
        # An ASCII-only log gets question marks instead of an UnicodeEncodeError.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    parser = make_parser(VERBS, program)
    _complete(parser, directory)
    options = parse(parser, arguments)
    if options.verb is None:
        parser.print_help()
        return 2
    project = find_project(directory, options.config)
    has_docs = project.directory == RESOURCES
    options.called = Called(program, options.config, has_docs)
    _name_what_is_run(options)
    run = _run_with_report if options.verb in REPORTED else _run_with_messages
    try:
        with (
            # First, so that all else is imported while it connects.
            _known_host(options, project) as options.known_host,
            printers.opened(options, project) as report,
        ):
            return run(options, project, report)
    except ModuleNotFoundError as error:
        return _missing_package(error, options)
    except KeyboardInterrupt:
        # Before the verb has begun.
        print("interrupted", file=sys.stderr)
        return INTERRUPTED


def _name_what_is_run(options: argparse.Namespace) -> None:
    """Options that make another verb of one."""
    if getattr(options, "watch", False):
        # Each of its rehearsals writes a report, and it writes none.
        options.verb, options.run = "rehearse --watch", _watch
    if getattr(options, "dry_run", False):
        options.verb, options.run = "plan", DRY_RUNS[options.verb]
    if getattr(options, "check", False):
        # It changes nothing, so it is no run that reports and their history count.
        options.verb = "provision --check"


def _known_host(
    options: argparse.Namespace, project: Project
) -> AbstractContextManager["KnownHost | None"]:
    """For the verbs that look at one host first."""
    if options.verb not in LOOKING:
        return nullcontext()
    from understudy.cli import known_host

    return known_host.approached(options, project)


def _complete(parser: argparse.ArgumentParser, directory: Path) -> None:
    if "_ARGCOMPLETE" in os.environ:
        from understudy.cli.arguments import completion

        parser.set_defaults(directory=directory)
        completion.run(parser)


def _run_with_report(options: argparse.Namespace, project: Project, report: "Report") -> int:
    from understudy.cli import reports
    from understudy.cli.afterwards import Afterwards

    target = getattr(options, "target", "vagrant")
    recorder = reports.recorder(report, options.verb, target)
    run = partial(_run, options, project, recorder)
    afterwards = Afterwards(options, project, recorder)
    return reports.run_and_write(project, recorder, run, options.called.text, afterwards)


def _run_with_messages(options: argparse.Namespace, project: Project, report: "Report") -> int:
    """Without a report; but someone may have to know that it failed."""
    if options.verb not in NOTIFYING:
        return _run(options, project, report)
    from understudy.cli import reports
    from understudy.cli.afterwards import Afterwards

    recorder = reports.recorder(report, options.verb, getattr(options, "target", "vagrant"))
    code = _run(options, project, recorder)
    verdict = reports.verdict(code)
    Afterwards(options, project, recorder)(recorder.record(verdict), code, None)
    return code


def _run(options: argparse.Namespace, project: Project, report: "Report") -> int:
    try:
        if options.verb not in WITHOUT_STATE and not project.has_no_config:
            private.make_private(project.state, project.private)
        options.run(options, project, report)
    except UnderstudyError as error:
        target = getattr(options, "target", None) or "vagrant"
        if isinstance(error, NoConnection):
            from understudy.cli import lost_host
            from understudy.vm import no_vm

            no_vm.explain(error, project)
            if target != "vagrant":
                lost_host.explain(error, project, target)
        if target != "vagrant":
            error.hint = about_target(error.hint, target)
        report.error(error)
        return error.exit_code
    except OSError as error:
        return _local_disk_error(error, report)
    except KeyboardInterrupt as interrupt:
        outcome = " ".join(map(str, interrupt.args))
        report.warn(
            f"interrupted; the same command continues where this one stopped. {outcome}".rstrip()
        )
        return INTERRUPTED
    return 0


def _watch(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import watch
    from understudy.cli.verbs.context import job_of
    from understudy.release import source

    job = job_of(options, project, report)

    def rehearse(commit: str, own: "Report") -> int:
        chosen = {"verb": "rehearse", "run": vm.rehearse, "fail_fast": True, "commit": commit}
        return _run_with_report(argparse.Namespace(**{**vars(options), **chosen}), project, own)

    watch.watch(report, lambda: source.newest(job.config.app, job.directory), rehearse)


def _local_disk_error(error: OSError, report: "Report") -> int:
    from understudy.local.atomic_write import disk_error

    failure = disk_error(error)
    if failure is None:
        raise error
    report.error(failure)
    return failure.exit_code


def _missing_package(error: ModuleNotFoundError, options: argparse.Namespace) -> int:
    if error.name and error.name.partition(".")[0] == "understudy":
        raise error
    installed = options.called.program == INSTALLED
    hint = "install Understudy again" if installed else "make setup, then . .venv/bin/activate"
    missing = Unreachable(f"the Python package {error.name} is not installed", hint=hint)
    if options.json:
        too_early.write_event(missing)
    else:
        print(f"error: {missing.summary}\ntry: {hint}", file=sys.stderr)
    return missing.exit_code


# The verbs that repeat what they printed if nothing has changed: see look.py.
LOOKING = {"deploy", "status"}

# The verbs whose runs are written to reports/.
REPORTED = {"rehearse", "provision", "deploy", "verify", "rollback", "remove"}

# Others whose failure may be notified.
NOTIFYING = {"backup"}

# What --dry-run runs in place of a verb; `provision` has its own.
DRY_RUNS: Mapping[str, Verb] = {"deploy": deploying.plan, "rollback": deploying.plan_rollback}

# The verbs that leave nothing behind in a folder where they refuse to work.
WITHOUT_STATE = {"init", "help"}

VERBS: Mapping[str, Verb] = {
    "init": project_verbs.init,
    "config": project_verbs.config,
    "eject": project_verbs.eject,
    "rehearse": vm.rehearse,
    "up": vm.up,
    "provision": deploying.provision,
    "remove": deploying.remove,
    "deploy": deploying.deploy,
    "plan": deploying.plan,
    "capture": inspecting.capture,
    "drift": inspecting.drift,
    "verify": deploying.verify,
    "report": inspecting.show_report,
    "status": deploying.status,
    "releases": deploying.releases,
    "rollback": deploying.rollback,
    "drain": deploying.drain,
    "maintenance": deploying.maintenance,
    "restart": deploying.restart,
    "scale": deploying.scale,
    "run": running.run,
    "console": running.console,
    "timers": running.timers,
    "open": running.open_site,
    "mail": running.mail,
    "backup": data.backup,
    "restore": data.restore,
    "data": data.data,
    "secrets": data.secrets,
    "logs": inspecting.logs,
    "audit": inspecting.audit,
    "ssh": inspecting.ssh,
    "reset": vm.reset,
    "down": vm.down,
    "destroy": vm.destroy,
    "doctor": inspecting.doctor,
    "prune": inspecting.prune,
}
