"""What is tested: for the first lines of its report."""

from understudy.deploy import commits, maintenance
from understudy.host import session
from understudy.job import Job
from understudy.release.layout import Manifest


def report(job: Job) -> Manifest | None:
    """Reports the app, the live release's commit and the host's system. Returns that release, None without.

    Warns if maintenance is on: visitors, and tests, do not see what is live.
    """
    job.report.attach("app", job.config.app.name)
    with session.connected(job, needs=()) as (_, observed):
        session.report_os(job, observed)
        maintenance.warn_if_on(job, observed)
    live = observed.release(observed.current)
    if live:
        commits.report_known(job, live.commit)
    return live
