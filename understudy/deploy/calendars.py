"""The timers' calendars are checked before any host is touched; without systemd on this machine, by the host
before anything there changes.
"""

from understudy.config import calendars
from understudy.job import Job
from understudy.local import systemd
from understudy.ssh.connection import Connection


def check(job: Job) -> None:
    """Raises ConfigError if systemd on this machine can't read one, and warns of one that never comes."""
    if job.config.timers and systemd.can_analyze():
        _judge(job, *systemd.analyze(calendars.question(job.config.timers)))


def check_on_host(job: Job, connection: Connection) -> None:
    """The same by the host's systemd, if check() could not."""
    if job.config.timers and not systemd.can_analyze():
        words = ("systemd-analyze", *calendars.question(job.config.timers))
        done = connection.run(words, seconds=60)
        _judge(job, done.output, done.errors)


def _judge(job: Job, output: str, errors: str) -> None:
    file, timers = job.project.config_file, job.config.timers
    calendars.refuse(file.read_text(encoding="utf-8"), str(file), timers, errors)
    for name in calendars.never(timers, output):
        never = f"timers.{name}.calendar: {timers[name].calendar} never comes again"
        job.report.warn(job.located(never))
