"""A deploy, its plan, and a rollback on all hosts of a target. All are looked at before any is changed."""

from understudy.deploy import commits, deploy_host, hooked, preview_host
from understudy.diagnosis import evidence
from understudy.host import all_hosts, batches
from understudy.job import Job
from understudy.release.layout import Manifest


def deploy(job: Job, *, probe: bool, wait: int, without_rehearsal: str | None) -> None:
    """Makes the same commit live on all hosts. Those on which it is live already are left alone.

    See deploy_host.deploy() for the options and the errors.
    """
    hosts = all_of_them = all_hosts.jobs(job)
    found = commits.check(job)
    commits.report(job, found)
    with evidence.explained(hosts[0], busy=True):
        source = commits.resolve(job, found)

    def deploy_one(host: Job) -> None:
        with evidence.explained(host, busy=True):
            deploy_host.deploy(
                host,
                source,
                probe=probe,
                wait=wait,
                without_rehearsal=without_rehearsal,
                on_live=live.append,
            )

    def is_up_to_date(host: Job) -> bool:
        return deploy_host.is_up_to_date(host, source, rehearsed=not without_rehearsal)

    if len(hosts) > 1 or hooked.runs_here(job, "deploy"):
        up_to_date = all_hosts.look(hosts, is_up_to_date)
        hosts = tuple(host for host, done in zip(hosts, up_to_date, strict=True) if not done)
    if hosts:
        with hooked.hooked(job, hosts, "deploy", source.commit) as live:
            all_hosts.roll(hosts, deploy_one)
    if len(all_of_them) > 1:
        job.report.say(batches.summary(job.target_name, len(all_of_them), changed=len(hosts)))


def plan(job: Job) -> None:
    """Prints what deploy() would do on each host, and changes nothing."""
    source = commits.planned(job)
    all_hosts.look(all_hosts.jobs(job), lambda host: preview_host.preview_plan(host, source))


def plan_rollback(job: Job, to: str | None, *, with_data: bool, anyway: bool) -> None:
    """Prints what rollback() would do on each host, and changes nothing."""
    from understudy.deploy import rollback as rollback_host

    all_hosts.look(
        all_hosts.jobs(job),
        lambda host: rollback_host.plan(host, to, with_data=with_data, anyway=anyway),
    )


def rollback(
    job: Job, to: str | None, *, with_data: bool, anyway: bool, probe: bool, wait: int
) -> None:
    """Makes an earlier release live again on all hosts: on each the one before, or `to`.

    See rollback.rollback() for the options and the errors.
    """
    from understudy.deploy import rollback as rollback_host

    hosts = all_hosts.jobs(job)
    earlier: list[Manifest] = []
    if len(hosts) > 1 or hooked.runs_here(job, "rollback"):
        earlier = all_hosts.look(hosts, lambda host: rollback_host.earlier(host, to))
    release = next(iter(earlier), None)
    commit, release_id = (release.commit, release.id) if release else ("", "")
    with hooked.hooked(job, hosts, "rollback", commit, release_id) as live:
        all_hosts.roll(
            hosts,
            lambda host: rollback_host.rollback(
                host,
                to,
                with_data=with_data,
                anyway=anyway,
                probe=probe,
                wait=wait,
                on_live=live.append,
            ),
        )
