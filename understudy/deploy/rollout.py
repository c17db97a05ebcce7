"""A deploy, its plan, and a rollback on all hosts of a target. All are looked at before any is changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from understudy.deploy import (
    commits,
    deploy_host,
    hooked,
    proxies,
    restore,
    same_release,
    together,
)
from understudy.deploy.load import visitors
from understudy.deploy.went_live import SwitchedTogether
from understudy.diagnosis import explain
from understudy.host import all_hosts, batches
from understudy.host.gates import Gate
from understudy.job import Job


def deploy(job: Job, *, probe: bool, wait: int, without_rehearsal: str | None) -> tuple[str, ...]:
    """Makes the same commit live on all hosts. Those on which it is live already are left alone. Returns the
    warnings.

    See deploy_host.deploy() for the options and the errors.
    """
    hosts = all_of_them = all_hosts.with_site(job)
    found = commits.check(job)
    commits.report(job, found)
    with explain.explained((hosts or all_hosts.jobs(job))[0], busy=True):
        source = commits.resolve(job, found)
    switched: dict[str, datetime] = {}
    warnings: list[str] = []
    first, changed = "", 0

    def deploy_one(host: Job, gate: Gate | None) -> None:
        with explain.explained(host, busy=True):
            own = deploy_host.deploy(
                host,
                source,
                probe=probe,
                wait=wait,
                without_rehearsal=without_rehearsal,
                on_live=live.append,
                on_switch=lambda at: switched.update({host.target.address: at}),
                gate=gate,
                migrated_by="" if host.target.address == first else first,
            )
            warnings.extend(own)

    def look(host: Job) -> deploy_host.Look:
        return deploy_host.look(host, source, rehearsed=not without_rehearsal)

    if len(hosts) > 1 or (hosts and hooked.runs_here(job, "deploy")):
        looks = all_hosts.look(hosts, look)
        same_release.require(hosts, [one.release for one in looks])
        hosts = tuple(host for host, one in zip(hosts, looks, strict=True) if not one.up_to_date)
    if hosts:
        first = _migrating(hosts)
        with hooked.hooked(job, hosts, "deploy", source.commit) as live:
            with visitors(job, hosts, lambda: live[0].id, switched, probe=probe):
                all_hosts.together(hosts, deploy_one)
            _report(job, hosts, live[0].id if live else "", switched)
            changed = len(live)
    done = proxies.deploy(job, source, wait=wait, without_rehearsal=without_rehearsal)
    if len(all_of_them) + len(done) > 1:
        total, changed = len(all_of_them) + len(done), changed + sum(one.changed for one in done)
        job.report.say(batches.summary(job.target_name, total, changed, len(done)))
    warnings += [warning for one in done for warning in one.warnings]
    return tuple(dict.fromkeys(warnings))


def _migrating(hosts: Sequence[Job]) -> str:
    return together.migrating(hosts[0].target.host_list, [one.target.address for one in hosts])


def plan(job: Job) -> None:
    """Prints what deploy() would do on each host, and changes nothing."""
    from understudy.deploy import preview_host

    source = commits.planned(job)
    if hosts := all_hosts.with_site(job):
        first = _migrating(hosts)
        if first and deploy_host.is_up_to_date(hosts[0], source):
            # It takes no part.
            first = ""

        def preview(host: Job) -> None:
            own = "" if host.target.address == first else first
            preview_host.preview_plan(host, source, migrated_by=own)

        all_hosts.look(hosts, preview)
    proxies.preview_plan(job, source)


def require_converged(job: Job) -> None:
    """Raises StepFailed if another deploy would change a host or a proxy."""
    all_hosts.in_turn(all_hosts.jobs(job), deploy_host.require_converged)
    if found := all_hosts.proxies(job):
        source = commits.resolve(job)
        all_hosts.in_turn(found, lambda proxy: proxies.require_converged(proxy, source))


def plan_rollback(job: Job, to: str | None, *, with_data: bool, anyway: bool) -> None:
    """Prints what rollback() would do on each host, and changes nothing."""
    from understudy.deploy import rollback as rollback_host

    hosts = all_hosts.jobs(job)
    if len(hosts) > 1:
        earlier = all_hosts.look(hosts, lambda host: rollback_host.earlier(host, to))
        same_release.require_earlier(hosts, [one.id for one in earlier])
    all_hosts.look(
        hosts, lambda host: rollback_host.plan(host, to, with_data=with_data, anyway=anyway)
    )


def rollback(
    job: Job, to: str | None, *, with_data: bool, anyway: bool, probe: bool, wait: int
) -> None:
    """Makes an earlier release live again on all hosts: the one before, or `to`.

    See rollback.rollback() for the options and the errors. Raises Refused if it is not one and the same on
    hosts that share their data.
    """
    from understudy.deploy import rollback as rollback_host

    hosts = all_hosts.jobs(job)
    if with_data:
        restore.require_all(job, hosts)
    commit = release = ""
    if len(hosts) > 1 or hooked.runs_here(job, "rollback"):
        earlier = all_hosts.look(
            hosts, lambda host: rollback_host.earlier(host, to, with_data=with_data)
        )
        same_release.require_earlier(hosts, [one.id for one in earlier])
        commit, release = earlier[0].commit, earlier[0].id
    switched: dict[str, datetime] = {}
    with hooked.hooked(job, hosts, "rollback", commit, release) as live:
        with visitors(job, hosts, lambda: live[0].id, switched, probe=probe and not with_data):
            all_hosts.together(
                hosts,
                lambda host, gate: rollback_host.rollback(
                    host,
                    to,
                    with_data=with_data,
                    anyway=anyway,
                    probe=probe,
                    wait=wait,
                    on_live=live.append,
                    on_switch=lambda at: switched.update({host.target.address: at}),
                    gate=gate,
                ),
            )
        _report(job, hosts, release, switched)


def _report(job: Job, hosts: Sequence[Job], release: str, switched: Mapping[str, datetime]) -> None:
    """How far apart the hosts were that share their data."""
    if hosts[0].target.host_list and len(switched) > 1:
        addresses = [one.target.address for one in hosts]
        in_order = {one: switched[one] for one in addresses if one in switched}
        job.report.answer(SwitchedTogether.of(job.target_name, release, in_order))
