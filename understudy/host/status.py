"""What a host runs. In a file of its own, since it needs little of what a deploy needs and starts faster."""

from collections.abc import Iterable, Iterator

from understudy.commands import nginx
from understudy.config.target import TargetConfig
from understudy.host import certificates, database_state, processes, services, session, timers
from understudy.host.certificates import CertificateState
from understudy.host.facts import ObservedState
from understudy.job import Job
from understudy.release import maintenance
from understudy.ssh.connection import Connection


def status(job: Job) -> None:
    """Prints which release is live on the target's host, and whether it runs."""
    with session.connected(job, needs=()) as (connection, observed):
        live = observed.release(observed.current)
        unserved = _unserved(job, connection, observed) if live else ""
        of_services = [
            *database_state.describe(job, connection),
            *services.describe(job, connection),
        ]
    job.report.say(f"{job.target_name} ({job.target.address}, {observed.os})")
    if live is None:
        job.report.say("  no release is live yet")
        _say_each(job, of_services)
        return
    if observed.maintenance:
        job.report.say(f"  {maintenance.describe(observed.maintenance)}")
    is_up = live.id in observed.running and observed.nginx_active
    state = "running" if is_up else "NOT RUNNING"
    job.report.say(f"  {live.id} is live (commit {live.commit[:12]}), {state}")
    job.report.say(f"  deployed {live.deployed_at} by {live.deployed_by}")
    for line in _certificate(job.config.app.name, job.target, observed):
        job.report.say(f"  {line}")
    if unserved:
        # A warning, since lines alone would be printed again as long as the host's facts are the same.
        job.report.warn(unserved)
    runs = observed.release_processes.get(live.id, ())
    for line in processes.describe(observed.processes, live.id, runs):
        job.report.say(f"  {line}")
    for timer in observed.timers:
        job.report.say(f"  {timers.describe(job.config.app.name, timer)}")
    _say_each(job, of_services)


def _say_each(job: Job, lines: Iterable[str]) -> None:
    for line in lines:
        job.report.say(f"  {line}")


def _unserved(job: Job, connection: Connection, observed: ObservedState) -> str:
    found, target = _found(job.config.app.name, job.target, observed), job.target
    files = target.certificate_of(job.config.app.name)
    if found is None or files is None:
        return ""
    done = connection.run(nginx.served_certificate(target.domain, files.chain))
    return certificates.describe_unserved(found, done.output)


def _found(site: str, target: TargetConfig, observed: ObservedState) -> CertificateState | None:
    files = target.certificate_of(site)
    return observed.certificates.get(files.chain) if files else None


def _certificate(site: str, target: TargetConfig, observed: ObservedState) -> Iterator[str]:
    found = _found(site, target, observed)
    # Of files that are not ours, nothing is known if the deployer can't read them.
    if found or target.https == "auto":
        yield certificates.describe(found, by_issuer=target.https == "auto")
    if target.https == "auto" and observed.renewal:
        yield certificates.describe_renewal(observed.renewal)
