"""The verbs that bring releases to a target's hosts, and look at what is there."""

import argparse
from typing import TYPE_CHECKING

from understudy.project import Project
from understudy.verbs.about import job_of

if TYPE_CHECKING:
    from understudy.job import Job
    from understudy.report import Report


def provision(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import fleet, provision_host

    hosts = fleet.jobs(job_of(options, project, report))
    if options.check:
        fleet.look(hosts, provision_host.check)
    else:
        fleet.roll(hosts, provision_host.provision)


def deploy(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import rollout

    rollout.deploy(
        job_of(options, project, report),
        probe=options.probe,
        wait=options.wait,
        without_rehearsal=options.without_rehearsal,
    )


def plan(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import rollout

    rollout.plan(job_of(options, project, report))


def verify(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import evidence, fleet, verify

    def verify_one(host: "Job") -> None:
        with evidence.explained(host):
            verify.verify(host, slow=options.slow)

    fleet.in_turn(fleet.jobs(job_of(options, project, report)), verify_one)


def status(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import fleet, status

    fleet.look(fleet.jobs(job_of(options, project, report)), status.status)


def releases(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import fleet, history

    fleet.look(fleet.jobs(job_of(options, project, report)), history.releases)


def rollback(options: argparse.Namespace, project: Project, report: "Report") -> None:
    from understudy import asking, rollout

    job = job_of(options, project, report)
    if options.with_data and not options.yes:
        asking.confirm(f"All that was written to {job.target_name} since then is lost.")
    rollout.rollback(
        job,
        options.to,
        with_data=options.with_data,
        anyway=options.yes,
        probe=options.probe,
        wait=options.wait,
    )
