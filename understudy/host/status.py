"""The verb that tells what a host runs. On its own, for it needs little of what a deploy needs."""

from understudy.host import session
from understudy.job import Job


def status(job: Job) -> None:
    """Tells what the target's host runs."""
    with session.connected(job) as (_, found):
        serving = found.release(found.current)
    job.report.say(f"{job.target_name} ({job.target.address}, {found.os})")
    if serving is None:
        job.report.say("  serves nothing yet")
        return
    state = "running" if serving.id in found.running and found.nginx_active else "NOT RUNNING"
    job.report.say(f"  serves {serving.id} (commit {serving.commit[:12]}), {state}")
    job.report.say(f"  deployed {serving.deployed_at} by {serving.deployed_by}")
