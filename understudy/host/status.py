"""What a host runs. In a file of its own, since it needs little of what a deploy needs and starts faster."""

from collections.abc import Iterator

from understudy.config.target import TargetConfig
from understudy.host import certificates, session, timers
from understudy.host.facts import ObservedState
from understudy.job import Job
from understudy.release import maintenance


def status(job: Job) -> None:
    """Prints which release is live on the target's host, and whether it runs."""
    with session.connected(job, needs=()) as (_, observed):
        live = observed.release(observed.current)
    job.report.say(f"{job.target_name} ({job.target.address}, {observed.os})")
    if live is None:
        job.report.say("  no release is live yet")
        return
    if observed.maintenance:
        job.report.say(f"  {maintenance.describe(observed.maintenance)}")
    runs = live.id in observed.running and observed.nginx_active
    state = "running" if runs else "NOT RUNNING"
    job.report.say(f"  {live.id} is live (commit {live.commit[:12]}), {state}")
    job.report.say(f"  deployed {live.deployed_at} by {live.deployed_by}")
    for line in _certificate(job.config.app.name, job.target, observed):
        job.report.say(f"  {line}")
    for timer in observed.timers:
        job.report.say(f"  {timers.describe(job.config.app.name, timer)}")


def _certificate(site: str, target: TargetConfig, observed: ObservedState) -> Iterator[str]:
    files = target.certificate_of(site)
    found = observed.certificates.get(files.chain) if files else None
    # Of files that are not ours, nothing is known if the deployer can't read them.
    if found or target.https == "auto":
        yield certificates.describe(found, by_issuer=target.https == "auto")
    if target.https == "auto" and observed.renewal:
        yield certificates.describe_renewal(observed.renewal)
