"""The calendars of deploy.yml are checked before any host is touched; without systemd on this machine, by the
host before anything there changes.
"""

from understudy.config import calendars
from understudy.job import Job
from understudy.local import systemd
from understudy.ssh.connection import Connection


def check(job: Job) -> None:
    """Raises ConfigError if systemd on this machine can't read one, and warns of one that never comes."""
    if job.config.calendars and systemd.can_analyze():
        _judge(job, *systemd.analyze(calendars.question(job.config.calendars)))


def check_on_host(job: Job, connection: Connection) -> None:
    """The same by the host's systemd, if check() could not."""
    if job.config.calendars and not systemd.can_analyze():
        words = ("systemd-analyze", *calendars.question(job.config.calendars))
        done = connection.run(words, seconds=60)
        _judge(job, done.output, done.errors)


def _judge(job: Job, output: str, errors: str) -> None:
    file, given = job.project.config_file, job.config.calendars
    calendars.refuse(file.read_text(encoding="utf-8"), str(file), given, errors)
    for place in calendars.never(given, output):
        job.report.warn(job.located(f"{place}: {given[place]} never comes again"))
