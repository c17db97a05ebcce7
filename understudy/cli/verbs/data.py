"""The verbs about what outlives releases: backups, production's data, secrets."""

import argparse
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from understudy.cli.verbs.context import job_of, one_host_of
from understudy.paths import Project

if TYPE_CHECKING:
    from understudy.report.events import Report


def backup(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.host import backups, off_host

    job = one_host_of(options, project, report)
    if options.off_host:
        off_host.backup(job)
    else:
        backups.backup(job, options.wait)


def restore(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import prompts
    from understudy.config import host_choice
    from understudy.deploy import restore as deploy_restore
    from understudy.host import all_hosts, backups, off_host

    whole = job_of(options, project, report)
    if options.name is None:
        all_hosts.look(all_hosts.jobs(whole), backups.backups)
        return
    # Those elsewhere are of the target, and one host has them.
    job = all_hosts.one(whole, host_choice.APP_ANYWHERE if options.off_host else host_choice.APP)
    check = off_host.check if options.off_host else deploy_restore.check
    if options.off_host or not options.yes:
        check(job, options.name)
    if not options.yes:
        prompts.confirm(_discards(job.target_name, options.name))
    if options.off_host:
        off_host.fetch(job, options.name)
    deploy_restore.restore(replace(whole, address=job.address), options.name, options.wait)


def _discards(target: str, backup: str) -> str:
    # The name of a backup begins with its time: commands/backups.py.
    taken = re.match(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)\d\dZ-", backup)
    since = "after {}-{}-{} {}:{} UTC".format(*taken.groups()) if taken else "since"
    return f"Restoring backup {backup} discards everything written to {target} {since}."


def data(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.config import model
    from understudy.data import load as data_load
    from understudy.data import pull as data_pull
    from understudy.data import rewrite_check
    from understudy.host import all_hosts

    source = options.source or model.load(project.config_file).mirrored_target()
    if options.action == "pull":
        data_pull.pull(all_hosts.with_data(job_of(options, project, report, source)))
        return
    job = job_of(options, project, report, options.target)
    job.config.target(source)
    if leftovers := data_load.load(job, source):
        report.warn(rewrite_check.warning(leftovers, source, job.target_name))


def secrets(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import prompts
    from understudy.host import all_hosts, secrets

    hosts = all_hosts.jobs(job_of(options, project, report))
    if options.action == "list":
        all_hosts.look(hosts, secrets.names)
    elif options.action == "rm":
        all_hosts.roll(hosts, lambda host: secrets.remove(host, options.name))
    else:
        value = prompts.secret(options.name)
        all_hosts.roll(hosts, lambda host: secrets.put(host, options.name, value))
