"""Verbs, options and exit codes: nothing else.

What a verb needs is imported when it runs, so that `--help` and completion are quick.
"""

import argparse
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.errors import UnderstudyError
from understudy.project import Project

if TYPE_CHECKING:
    from understudy.job import Job
    from understudy.report import Report
    from understudy.vm import Vm

INTERRUPTED = 130  # as shells have it: 128 + SIGINT


def main(arguments: list[str], directory: Path) -> int:
    """Runs one verb and returns the exit code. `directory` is where deploy.py is."""
    for stream in (sys.stdout, sys.stderr):
        # A log that knows ASCII only gets question marks, not a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    parser = _parser()
    _complete(parser)
    options = parser.parse_args(arguments)
    if options.verb is None:
        parser.print_help()
        return 2
    try:
        report = _report(options)
    except ModuleNotFoundError as error:
        return _not_set_up(error)
    try:
        options.run(
            options, Project(directory, Path(options.config or directory / "deploy.yml")), report
        )
    except UnderstudyError as error:
        report.error(error)
        return error.exit_code
    except ModuleNotFoundError as error:
        return _not_set_up(error)
    except KeyboardInterrupt:
        report.warn("interrupted; the same command goes on where this one stopped")
        return INTERRUPTED
    return 0


def _not_set_up(error: ModuleNotFoundError) -> int:
    if error.name and error.name.partition(".")[0] == "understudy":
        raise error
    print(
        f"error: the Python package {error.name} is missing here\n"
        "try: make setup, then . .venv/bin/activate",
        file=sys.stderr,
    )
    return 4


def _report(options: argparse.Namespace) -> "Report":
    from understudy.report import JsonReport, TextReport

    return JsonReport() if options.json else TextReport()


Verb = Callable[[argparse.Namespace, Project, "Report"], None]


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", metavar="FILE", help="another deploy.yml")
    common.add_argument(
        "--json", action="store_true", help="one JSON object a line instead of text"
    )
    targeted = argparse.ArgumentParser(add_help=False, parents=[common])
    targeted.add_argument("--target", default="vagrant", metavar="NAME", help="default: vagrant")

    parser = argparse.ArgumentParser(
        prog="deploy.py",
        description="A local staging simulator: rehearse a deploy on a VM like production, then do it.",
        epilog="exit codes: 0 done, 1 failed, 2 wrong use, 3 refused, 4 not reachable or missing",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB [options]", title="verbs")

    def verb(
        name: str, run: Verb, help: str, parent: argparse.ArgumentParser
    ) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=help, description=help, parents=[parent])
        added.set_defaults(run=run)
        return added

    rehearse = verb("rehearse", _rehearse, "the whole run on the VM, ending in a verdict", common)
    rehearse.add_argument("--slow", action="store_true", help="with the tests that reboot the VM")
    verb("up", _up, "build the box if needed, bring up the VM", common)
    verb("provision", _provision, "make a host able to run the app", targeted)
    verb("deploy", _deploy, "deploy the app to a target", targeted)
    verb("plan", _plan, "show what deploy would do; touches nothing", targeted)
    check = verb("verify", _verify, "run the host and browser tests against a target", targeted)
    check.add_argument("--slow", action="store_true", help="with the tests that reboot the host")
    verb("status", _status, "what a target serves", targeted)
    logs = verb("logs", _logs, "the app's journal on a target", targeted)
    logs.add_argument("-n", "--lines", type=int, default=50, metavar="N", help="default: 50")
    logs.add_argument("-f", "--follow", action="store_true", help="go on as new lines come")
    ssh = verb("ssh", _ssh, "a shell on a target, or one command there", targeted)
    ssh.add_argument("command", nargs=argparse.REMAINDER, help="default: a shell")
    verb("reset", _reset, "the VM as it was just after up: provisioned, nothing deployed", common)
    verb("down", _down, "stop the VM", common)
    verb("destroy", _destroy, "remove the VM", common)
    verb("doctor", _doctor, "check this machine; says how to mend what is wrong", common)
    return parser


def _complete(parser: argparse.ArgumentParser) -> None:
    if "_ARGCOMPLETE" in os.environ:
        import argcomplete

        argcomplete.autocomplete(parser)


def _job(options: argparse.Namespace, project: Project, report: "Report") -> "Job":
    from understudy import config
    from understudy.job import Job

    job = Job(
        project, config.load(project.config_file), getattr(options, "target", "vagrant"), report
    )
    job.config.target(job.target_name)
    return job


def _vm(project: Project, report: "Report") -> "Vm":
    from understudy import config
    from understudy.vm import Vm

    return Vm(project, config.load(project.config_file), report)


def _rehearse(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import rehearsal

    rehearsal.rehearse(_job(options, project, report), _vm(project, report), slow=options.slow)


def _up(options: argparse.Namespace, project: Project, report: "Report") -> None:
    _vm(project, report).up()


def _provision(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import runner

    runner.provision(_job(options, project, report))


def _deploy(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import runner

    runner.deploy(_job(options, project, report))


def _plan(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import runner

    runner.preview(_job(options, project, report))


def _verify(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import verify

    verify.verify(_job(options, project, report), slow=options.slow)


def _status(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import runner

    runner.status(_job(options, project, report))


def _logs(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import shell

    job = _job(options, project, report)
    shell.logs(job.config, job.target, lines=options.lines, follow=options.follow)


def _ssh(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import shell

    job = _job(options, project, report)
    words = options.command[1:] if options.command[:1] == ["--"] else options.command
    shell.ssh(job.target, job.config.host.deployer, tuple(words))


def _reset(options: argparse.Namespace, project: Project, report: "Report") -> None:
    _vm(project, report).reset()


def _down(options: argparse.Namespace, project: Project, report: "Report") -> None:
    _vm(project, report).down()


def _destroy(options: argparse.Namespace, project: Project, report: "Report") -> None:
    _vm(project, report).destroy()


def _doctor(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import doctor

    doctor.examine(project, report)
