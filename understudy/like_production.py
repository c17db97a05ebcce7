"""The staging VM follows production's capture, if there is one: reads it, and tells what came of it."""

import os
from pathlib import Path

from understudy import capture_host, whole_file
from understudy.connection import Connection
from understudy.job import Job
from understudy.likeness import decide, kernel, unmatched
from understudy.likeness.machine import Room
from understudy.likeness.value import Likeness
from understudy.report import Report


def captured(job: Job) -> str | None:
    """The target, or the one of its hosts, whose capture the VM follows."""
    name = job.config.vm.stands_for
    target = job.config.targets.get(name)
    hosts = [f"{name}:{address}" for address in target.addresses] if target else []
    there = (one for one in (name, *hosts) if capture_host.lock_path(job, one).exists())
    return next(there, None)


def likeness(job: Job) -> Likeness | None:
    """None without a capture. Raises ConfigError if it's damaged, or of what can't be built."""
    name = captured(job)
    if name is None:
        return None
    return decide.likeness(job.config, capture_host.load(job, name), room())


def room() -> Room:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Room(memory=pages // 2**20, cpus=os.cpu_count() or 1)


def tell(job: Job, found: Likeness, box: dict[str, str] | None) -> None:
    """box: its packages with their versions; None if they aren't known here."""
    name = shown(job)
    for note in found.notes:
        job.report.warn(note)
    compared = unmatched.unmatched(found, box) if box is not None else None
    job.report.say(f"the VM is like {name}: {unmatched.summary(found, compared)}")
    if compared is None or not (compared.differences or found.notes):
        return
    job.report.attach("unmatched", compared.to_json())
    path = job.project.reports / "unmatched.txt"
    whole_file.write(path, unmatched.text(name, found, compared))
    job.report.say(f"what it has otherwise: {path.relative_to(job.project.directory)}")


def tell_what_the_kernel_refused(report: Report, found: Likeness, connection: Connection) -> None:
    """The other settings are in force all the same."""
    done = connection.run(("sudo", "-n", *kernel.query(found.sysctl)))
    for sentence in kernel.refused(found.sysctl, done.output):
        report.warn(sentence)


def shown(job: Job) -> str:
    """The capture's file, as a user names it."""
    path: Path = capture_host.lock_path(job, captured(job) or job.config.vm.stands_for)
    return path.relative_to(job.beside).as_posix()
