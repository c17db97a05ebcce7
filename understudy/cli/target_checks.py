"""`doctor --target`: what a deploy to a target needs, of this machine and of each host."""

from collections.abc import Iterator

from understudy.cli import doctor, issuer_checks, override_checks
from understudy.cli.finding import Finding
from understudy.cli.findings import Findings
from understudy.errors import UnderstudyError
from understudy.host import all_hosts, session
from understudy.job import Job
from understudy.report.events import Report


def examine(job: Job, report: Report) -> None:
    """Prints all findings; changes nothing. Raises Unreachable if any is a problem."""
    found = Findings(tuple(_findings(job)))
    report.answer(found)
    if error := found.error():
        raise error


def _findings(job: Job) -> Iterator[Finding]:
    yield Finding("deploy.yml", str(job.project.config_file))
    yield from override_checks.findings(job.project)
    yield from issuer_checks.of_target(job.target_name, job.config.targets[job.target_name])
    yield from (check() for check in doctor.DEPLOYS)
    yield from all_hosts.look(all_hosts.machines(job), _host)


def _host(job: Job) -> Finding:
    """Whether it answers, lets the deployer in, and is provisioned as deploy.yml says."""
    title = f"{job.target_name} ({job.target.address})"
    try:
        with session.connected(job):
            return Finding(title, f"{job.config.host.deployer} logs in, and it is provisioned")
    except UnderstudyError as error:
        return Finding(title, error.summary, error.hint or error.details)
