"""A deploy and a rollback of a whole target: seen through on all its hosts before any is changed."""

from understudy.deploy import deploy_host
from understudy.deploy import rollback as deploy_rollback
from understudy.diagnosis import evidence
from understudy.host import all_hosts
from understudy.job import Job


def deploy(job: Job, *, probe: bool, wait: int, without_rehearsal: str | None) -> None:
    """Makes all hosts serve the same commit. Those that do are left alone."""
    hosts = all_hosts.jobs(job)
    deploy_host.check_source(job)
    with evidence.explained(hosts[0], busy=True):
        source = deploy_host.resolve_source(job)

    def deploy_one(host: Job) -> None:
        with evidence.explained(host, busy=True):
            deploy_host.deploy(
                host, source, probe=probe, wait=wait, without_rehearsal=without_rehearsal
            )

    def is_up_to_date(host: Job) -> bool:
        return deploy_host.is_up_to_date(host, source, rehearsed=not without_rehearsal)

    if len(hosts) > 1:
        looks = zip(hosts, all_hosts.look(hosts, is_up_to_date), strict=True)
        hosts = tuple(host for host, done in looks if not done)
    if hosts:
        all_hosts.roll(hosts, deploy_one)


def plan(job: Job) -> None:
    """Tells what deploy() would do on each host."""
    deploy_host.check_source(job)
    source = deploy_host.resolve_source(job)
    all_hosts.look(all_hosts.jobs(job), lambda host: deploy_host.preview_plan(host, source))


def rollback(
    job: Job, to: str | None, *, with_data: bool, anyway: bool, probe: bool, wait: int
) -> None:
    """Lets an earlier release serve again on all hosts: on each the one before, or `to`."""
    hosts = all_hosts.jobs(job)
    if len(hosts) > 1:
        all_hosts.look(hosts, lambda host: deploy_rollback.earlier(host, to))
    all_hosts.roll(
        hosts,
        lambda host: deploy_rollback.rollback(
            host, to, with_data=with_data, anyway=anyway, probe=probe, wait=wait
        ),
    )
