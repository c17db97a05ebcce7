"""A deploy and a rollback of a whole target: seen through on all its hosts before any is changed."""

from understudy import evidence, fleet, history, runner
from understudy.job import Job


def deploy(job: Job, *, probe: bool, wait: int, without_rehearsal: str | None) -> None:
    """Makes all hosts serve the same commit. Those that do are left alone."""
    hosts = fleet.jobs(job)
    runner.check_source(job)
    with evidence.explained(hosts[0], busy=True):
        source = runner.find_source(job)

    def deploy_one(host: Job) -> None:
        with evidence.explained(host, busy=True):
            runner.deploy(host, source, probe=probe, wait=wait, without_rehearsal=without_rehearsal)

    def is_done(host: Job) -> bool:
        return runner.is_done(host, source, rehearsed=not without_rehearsal)

    if len(hosts) > 1:
        looks = zip(hosts, fleet.look(hosts, is_done), strict=True)
        hosts = tuple(host for host, done in looks if not done)
    if hosts:
        fleet.roll(hosts, deploy_one)


def plan(job: Job) -> None:
    """Tells what deploy() would do on each host."""
    runner.check_source(job)
    source = runner.find_source(job)
    fleet.look(fleet.jobs(job), lambda host: runner.preview_plan(host, source))


def rollback(
    job: Job, to: str | None, *, with_data: bool, anyway: bool, probe: bool, wait: int
) -> None:
    """Lets an earlier release serve again on all hosts: on each the one before, or `to`."""
    hosts = fleet.jobs(job)
    if len(hosts) > 1:
        fleet.look(hosts, lambda host: history.earlier(host, to))
    fleet.roll(
        hosts,
        lambda host: history.rollback(
            host, to, with_data=with_data, anyway=anyway, probe=probe, wait=wait
        ),
    )
