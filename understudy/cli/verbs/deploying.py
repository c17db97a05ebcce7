"""The verbs that provision hosts, deploy to them, roll back, and show which releases they have."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from understudy.cli.verbs.context import checked, issuing, job_of, one_host_of
from understudy.paths import Project

if TYPE_CHECKING:
    from understudy.cli.look import Look
    from understudy.host.last_look import Printed
    from understudy.job import Job
    from understudy.report.events import Report


def provision(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.deploy import draining
    from understudy.host import all_hosts, shared
    from understudy.host import provision as provision_host

    job = checked(job_of(options, project, report))
    hosts = all_hosts.machines(job)
    if options.check:
        all_hosts.look(hosts, provision_host.check)
    else:
        with issuing(job):
            all_hosts.roll(hosts, lambda host: provision_host.provision(host, draining.drained_by))
            shared.share(job)


def remove(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import prompts
    from understudy.host import all_hosts
    from understudy.host import remove as remove_site

    job = job_of(options, project, report)
    if not options.yes:
        prompts.confirm(remove_site.loses(job, with_data=options.with_data))
    # The database last: until then the site uses it.
    all_hosts.roll(
        all_hosts.machines(job)[::-1],
        lambda host: remove_site.remove(host, with_data=options.with_data),
    )


def deploy(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import look

    seen = look.Look(options.known_host, options.verb, project, report, source=True)
    if seen.is_repeated():
        return
    known = options.known_host
    job = known.approach(job_of(options, project, seen.report, early=known.early))
    # While it connects.
    from understudy.deploy import rollout

    with issuing(checked(job)):
        rollout.deploy(
            job,
            probe=options.probe,
            wait=options.wait,
            without_rehearsal=options.without_rehearsal,
        )
    if job.is_disposable:
        # Its name is usually one that only this machine's tests know.
        seen.report.say(f"`python deploy.py open --target {job.target_name}` shows it in a browser")
    seen.keep(job)


def plan(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.deploy import rollout

    rollout.plan(checked(job_of(options, project, report)))


def verify(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.diagnosis import explain
    from understudy.host import all_hosts
    from understudy.rehearsal import verify

    def verify_one(host: "Job") -> None:
        with explain.explained(host):
            verify.verify(host, slow=options.slow)

    with issuing(job_of(options, project, report)) as job:
        all_hosts.to_the_last(all_hosts.machines(job), verify_one)


def status(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import look

    quiet = options.verbosity < 0
    seen = look.Look(options.known_host, options.verb, project, report, source=False)

    def show(found: "Sequence[Printed]", site: str, output: str) -> bool:
        from understudy.host import shown_status

        return shown_status.show_again(found[0].value, output, site, seen.report, quiet=quiet)

    if not seen.is_repeated(show):
        known = options.known_host
        job = known.approach(job_of(options, project, seen.report, early=known.early))
        _ask_for_status(job, seen, quiet=quiet)


def _ask_for_status(job: "Job", seen: "Look", *, quiet: bool) -> None:
    from understudy.host import all_hosts, shown_status, status

    hosts = all_hosts.machines(job)
    found = all_hosts.look(hosts, lambda host: status.status(host, quiet=quiet))
    if len(hosts) == 1:
        seen.keep(job, shown_status.kept(found))
    shown_status.require_well(found)


def releases(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.deploy import rollback as deploy_rollback
    from understudy.host import all_hosts

    all_hosts.look(all_hosts.jobs(job_of(options, project, report)), deploy_rollback.releases)


def rollback(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.cli import prompts
    from understudy.deploy import rollout

    job = job_of(options, project, report)
    if options.with_data and not options.yes:
        prompts.confirm(
            f"Rolling back with data discards everything written to {job.target_name} "
            "since the restored release was last live."
        )
    rollout.rollback(
        job,
        options.to,
        with_data=options.with_data,
        anyway=options.anyway,
        probe=options.probe,
        wait=options.wait,
    )


def plan_rollback(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.deploy import rollout

    job = job_of(options, project, report)
    rollout.plan_rollback(job, options.to, with_data=options.with_data, anyway=options.anyway)


def maintenance(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from datetime import UTC

    from understudy.deploy import maintenance
    from understudy.host import all_hosts, session
    from understudy.release.maintenance import Maintenance

    hosts = all_hosts.jobs(job_of(options, project, report))
    if options.action == "off":
        all_hosts.roll(hosts, lambda host: maintenance.turn_off(host, options.wait))
        return
    until = options.until.astimezone(UTC).isoformat(timespec="minutes") if options.until else ""
    on = Maintenance(
        since=session.now(),
        by=session.who(),
        message=options.message,
        until=until,
        allow=tuple(options.allow),
    )
    # A page on a host of workers alone is seen by no one.
    seen = [host for host in hosts if host.target.has_visitors]
    all_hosts.roll(seen, lambda host: maintenance.turn_on(host, on, options.wait))


def drain(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.deploy import draining

    host = one_host_of(options, project, report)
    if options.action == "on":
        draining.turn_on(host)
    else:
        draining.turn_off(host)


def restart(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.deploy import live_processes
    from understudy.host import all_hosts, runs_on

    job = job_of(options, project, report)
    live_processes.refuse_others(job.config, options.names)
    hosts = runs_on.running(job, options.names)

    def restart_there(host: "Job") -> None:
        live_processes.restart(host, live_processes.here(host, options.names), options.wait)

    all_hosts.roll(hosts, restart_there)


def scale(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy.deploy import live_processes
    from understudy.host import all_hosts, runs_on

    job, counts = job_of(options, project, report), dict(options.counts)
    live_processes.refuse_others(job.config, counts)
    hosts = runs_on.running(job, counts)

    def scale_there(host: "Job") -> None:
        names = live_processes.here(host, counts)
        live_processes.scale(host, {name: counts[name] for name in names}, options.wait)

    all_hosts.roll(hosts, scale_there)
