"""The verbs about what outlives releases: data and secrets."""

import argparse
from typing import TYPE_CHECKING

from understudy.errors import ConfigError
from understudy.project import Project
from understudy.verbs.about import job_of

if TYPE_CHECKING:
    from understudy.report import Report


def backup(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import data, fleet

    data.backup(fleet.one(job_of(options, project, report)), options.wait)


def restore(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import asking, data, fleet

    job = fleet.one(job_of(options, project, report))
    if options.name is None:
        data.backups(job)
        return
    if not options.yes:
        asking.confirm(f"All that was written to {job.target_name} since then is lost.")
    data.restore(job, options.name, options.wait)


def data(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import config, data_load, data_pull, fleet

    source = options.source or config.load(project.config_file).vm.stands_for
    if options.action == "pull":
        _refuse_target(options)
        data_pull.pull(fleet.one(job_of(options, project, report, source)))
        return
    job = fleet.one(job_of(options, project, report, options.onto))
    job.config.target(source)
    data_load.load(job, source)


def _refuse_target(options: argparse.Namespace) -> None:
    """Elsewhere it names what a verb is about, so who gives it here means what is to be read."""
    if options.onto:
        raise ConfigError(
            "data pull takes no --target: it is data load's",
            hint=f"python deploy.py data pull --from {options.onto}",
        )


def secrets(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import asking, fleet, secrets

    if options.action == "list" and options.name:
        raise ConfigError("secrets list takes no NAME", hint="It lists the names of all of them.")
    if options.action != "list" and not options.name:
        raise ConfigError(f"secrets {options.action} needs a NAME")
    hosts = fleet.jobs(job_of(options, project, report))
    if options.action == "list":
        fleet.look(hosts, secrets.names)
    elif options.action == "rm":
        fleet.roll(hosts, lambda host: secrets.remove(host, options.name))
    else:
        value = asking.secret(options.name)
        fleet.roll(hosts, lambda host: secrets.put(host, options.name, value))
