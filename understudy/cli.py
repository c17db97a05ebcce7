"""Verbs and exit codes: nothing else.

What a verb needs is imported when it runs, so that `--help` and completion are quick.
"""

import argparse
import io
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.arguments import Verb, make_parser
from understudy.errors import INTERRUPTED, ConfigError, UnderstudyError
from understudy.project import Project

if TYPE_CHECKING:
    from understudy.job import Job
    from understudy.report import Report
    from understudy.vm import Vm


def main(arguments: list[str], directory: Path) -> int:
    """Runs one verb and returns the exit code. `directory` is where deploy.py is."""
    for stream in (sys.stdout, sys.stderr):
        # A log that knows ASCII only gets question marks, not a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    parser = make_parser(VERBS)
    _complete(parser)
    options = parser.parse_args(arguments)
    if options.verb is None:
        parser.print_help()
        return 2
    project = Project(directory, Path(options.config or directory / "deploy.yml"))
    try:
        return (_run_and_keep if options.verb in KEPT else _run)(options, project, _report(options))
    except ModuleNotFoundError as error:
        return _not_set_up(error)


def _run_and_keep(options: argparse.Namespace, project: Project, report: "Report") -> int:
    from understudy import reporting

    target = getattr(options, "target", "vagrant")
    recorder = reporting.recorder(report, options.verb, target)
    return reporting.run_and_keep(project, recorder, lambda: _run(options, project, recorder))


def _run(options: argparse.Namespace, project: Project, report: "Report") -> int:
    try:
        options.run(options, project, report)
    except UnderstudyError as error:
        report.error(error)
        return error.exit_code
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
    from understudy import receipts
    from understudy.recorder import Recorder
    from understudy.rehearsal import Rehearsal
    from understudy.schedule import Choice
    from understudy.timings import Timings

    choice = Choice(frozenset(options.only), options.since, options.keep, options.fail_fast)
    timings = Timings(project.state / "timings.json")
    # The receipt tells what the report does: a rehearsal is one of the verbs that are KEPT.
    assert isinstance(report, Recorder)  # noqa: S101
    job = _job(options, project, report)
    job = receipts.unsigned(job) if options.unsigned else job
    Rehearsal(job, _vm(project, report), choice, timings, report).run()


def _up(options: argparse.Namespace, project: Project, report: "Report") -> None:
    _vm(project, report).up()


def _provision(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import provision_host

    provision_host.provision(_job(options, project, report))


def _deploy(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import evidence, runner

    job = _job(options, project, report)
    with evidence.explained(job, busy=True):
        runner.deploy(
            job,
            probe=options.probe,
            wait=options.wait,
            without_rehearsal=options.without_rehearsal,
        )


def _plan(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import runner

    runner.preview_plan(_job(options, project, report))


def _verify(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import evidence, verify

    job = _job(options, project, report)
    with evidence.explained(job):
        verify.verify(job, slow=options.slow)


def _status(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import runner

    runner.status(_job(options, project, report))


def _releases(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import history

    history.releases(_job(options, project, report))


def _rollback(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import asking, history

    job = _job(options, project, report)
    if options.with_data and not options.yes:
        asking.confirm(f"All that was written to {job.target_name} since then is lost.")
    history.rollback(
        job, options.to, with_data=options.with_data, probe=options.probe, wait=options.wait
    )


def _backup(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import data

    data.backup(_job(options, project, report), options.wait)


def _restore(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import asking, data

    job = _job(options, project, report)
    if options.name is None:
        data.backups(job)
        return
    if not options.yes:
        asking.confirm(f"All that was written to {job.target_name} since then is lost.")
    data.restore(job, options.name, options.wait)


def _data(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from dataclasses import replace

    from understudy import data_load, data_pull, vm

    job = _job(options, project, report)
    source = options.source or job.config.vm.stands_for
    job.config.target(source)
    if options.action == "pull":
        data_pull.pull(replace(job, target_name=source))
        return
    data_load.load(job, source)
    if job.target_name == vm.TARGET:
        _vm(project, report).save(vm.SEEDED)


def _secrets(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import asking, secrets

    job = _job(options, project, report)
    if options.action == "list":
        secrets.names(job)
    elif options.name is None:
        raise ConfigError(f"secrets {options.action} needs a NAME")
    elif options.action == "rm":
        secrets.remove(job, options.name)
    else:
        secrets.put(job, options.name, asking.secret(options.name))


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
    vm = _vm(project, report)
    vm.reset(options.rung) if options.rung else vm.reset()


def _down(options: argparse.Namespace, project: Project, report: "Report") -> None:
    _vm(project, report).down()


def _destroy(options: argparse.Namespace, project: Project, report: "Report") -> None:
    _vm(project, report).destroy()


def _doctor(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import doctor

    doctor.examine(project, report)


def _show_report(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import reporting

    (reporting.tell_all if options.list else reporting.open_latest)(project, report)


# The verbs of which a report is written.
KEPT = {"rehearse", "provision", "deploy", "verify", "rollback"}

VERBS: Mapping[str, Verb] = {
    "rehearse": _rehearse,
    "up": _up,
    "provision": _provision,
    "deploy": _deploy,
    "plan": _plan,
    "verify": _verify,
    "report": _show_report,
    "status": _status,
    "releases": _releases,
    "rollback": _rollback,
    "backup": _backup,
    "restore": _restore,
    "data": _data,
    "secrets": _secrets,
    "logs": _logs,
    "ssh": _ssh,
    "reset": _reset,
    "down": _down,
    "destroy": _destroy,
    "doctor": _doctor,
}
