"""The staging VM follows production's capture, if there is one: reads it, and tells what came of it."""

import os
from collections.abc import Mapping

from understudy.job import Job
from understudy.local.atomic_write import atomic_write
from understudy.parity import capture_host
from understudy.report.events import Report
from understudy.ssh.connection import Connection
from understudy.vm.mirror import decide, kernel, unmatched
from understudy.vm.mirror.machine import Room
from understudy.vm.mirror.value import Likeness


def likeness(job: Job) -> Likeness | None:
    """None without a capture. Raises ConfigError if it's damaged, or of what can't be built."""
    name = capture_host.production(job)
    if not capture_host.lock_path(job, name).exists():
        return None
    return decide.likeness(job.config, capture_host.load(job, name), room())


def room() -> Room:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Room(memory=pages // 2**20, cpus=os.cpu_count() or 1)


def tell(job: Job, found: Likeness, box: Mapping[str, str] | None) -> None:
    """box: its packages with their versions; None if it's gone, and then what was told of it stands."""
    name = capture_host.shown(job, capture_host.production(job))
    for note in found.notes:
        job.report.warn(note)
    compared = unmatched.unmatched(found, box) if box is not None else None
    job.report.say(f"the VM is like {name}: {unmatched.summary(found, compared)}")
    if compared is None:
        return
    path = job.project.reports / "unmatched.txt"
    # An older one would tell of another box.
    path.unlink(missing_ok=True)
    if compared.differences or found.notes:
        text = unmatched.text(name, found, compared)
        atomic_write(path, text)
        job.report.attach("drift", text.splitlines())
        job.report.say(f"what it has otherwise: {path.relative_to(job.project.directory)}")


def tell_what_the_kernel_refused(report: Report, found: Likeness, connection: Connection) -> None:
    """The other settings are in force all the same."""
    done = connection.run(("sudo", "-n", *kernel.query(found.sysctl)))
    for sentence in kernel.refused(found.sysctl, done.output):
        report.warn(sentence)
