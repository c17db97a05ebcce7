"""What a host runs. In a file of its own, since it needs little of what a deploy needs and starts faster."""

from understudy.host import session
from understudy.job import Job
from understudy.release.maintenance import Maintenance


def status(job: Job) -> None:
    """Prints which release is live on the target's host, and whether it runs."""
    with session.connected(job, needs=()) as (_, observed):
        live = observed.release(observed.current)
    job.report.say(f"{job.target_name} ({job.target.address}, {observed.os})")
    if live is None:
        job.report.say("  no release is live yet")
        return
    if observed.maintenance:
        job.report.say(f"  {_maintenance(observed.maintenance)}")
    runs = live.id in observed.running and observed.nginx_active
    state = "running" if runs else "NOT RUNNING"
    job.report.say(f"  {live.id} is live (commit {live.commit[:12]}), {state}")
    job.report.say(f"  deployed {live.deployed_at} by {live.deployed_by}")


def _maintenance(on: Maintenance) -> str:
    parts = [
        f"MAINTENANCE is on since {on.since or 'an unknown time'}",
        f"by {on.by}" if on.by else "",
        f"until {on.until}" if on.until else "",
    ]
    who = f", allowed: {', '.join(on.allow)}" if on.allow else ""
    return f"{' '.join(part for part in parts if part)}{who}"
