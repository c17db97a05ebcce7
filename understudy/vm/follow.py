"""The staging VM follows production's capture, if there is one, and reports what it could not take over."""

import os
import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from understudy.config import staging_hosts
from understudy.job import Job
from understudy.local.atomic_write import atomic_write
from understudy.parity import capture_host
from understudy.parity.capture.value import Capture
from understudy.report.events import Report
from understudy.ssh.connection import Connection
from understudy.vm.mirror import container, decide, kernel, unmatched
from understudy.vm.mirror.machine import Capacity, cpus, memory
from understudy.vm.mirror.value import Mirror


def mirror(job: Job, *, in_container: bool = False) -> Mirror | None:
    """What the VM takes over from production's capture; None if there is no capture.

    in_container: the VM is a container, which shares this machine's kernel.
    Raises ConfigError if the capture is damaged, or is of a system that no box can be built for.
    """
    name = capture_host.mirrored_target(job)
    if not capture_host.lock_path(job, name).exists():
        return None
    capture, machine = capture_host.load(job, name), capacity()
    if in_container:
        machine = replace(machine, kernel=kernel_of_this_machine(capture.readable("sysctl")))
    return decide.mirror_of(job.config, capture, machine)


def sizes(job: Job) -> Mapping[str, Mapping[str, int]]:
    """The names of several machines -> memory in MiB and processors of those whose hosts were captured: of
    each machine by its own host, of a folded one by the largest. Raises ConfigError if a capture is damaged.
    """
    made = staging_hosts.of(job.config)
    here = capacity()
    shared = replace(here, memory=here.memory // max(len(made), 1))
    found = {one.name: [*_captures(job, one.mirrors)] for one in made}
    return {
        name: {
            "memory": max(memory(job.config.vm, one, shared).value for one in captures),
            "cpus": max(cpus(job.config.vm, one, shared).value for one in captures),
        }
        for name, captures in found.items()
        if captures
    }


def _captures(job: Job, addresses: Iterable[str]) -> Iterator[Capture]:
    for address in addresses:
        name = f"{job.config.vm.stands_for}:{address}"
        if capture_host.lock_path(job, name).exists():
            yield capture_host.load(job, name)


def capacity() -> Capacity:
    """This machine's memory and processors."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Capacity(memory=total // 2**20, cpus=os.cpu_count() or 1)


def kernel_of_this_machine(names: Iterable[str]) -> Mapping[str, str]:
    """The settings of these names in captures, of those that this kernel has, and its version."""
    files = {name: Path("/proc/sys", name.replace(".", "/")) for name in names}
    found = {name: " ".join(_text(file).split()) for name, file in files.items()}
    chosen = re.findall(r"\[(\w+)\]", _text(Path("/sys/kernel/mm/transparent_hugepage/enabled")))
    found |= {"transparent_hugepage": "".join(chosen), container.RELEASE: platform.release()}
    return {name: value for name, value in found.items() if value}


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""


def report_mirror(job: Job, mirror: Mirror, box: Mapping[str, str] | None) -> None:
    """Reports how far the VM mirrors production, and writes reports/unmatched.txt.

    box: its packages with their versions. None if the box was removed: the file is kept as it is.
    """
    name = capture_host.shown_path(job, capture_host.mirrored_target(job))
    for note in (*mirror.notes, *unmatched.shared(mirror)):
        job.report.warn(note)
    compared = unmatched.unmatched(mirror, box) if box is not None else None
    job.report.say(f"the VM mirrors {name}: {unmatched.summary(mirror, compared)}")
    if compared is None:
        return
    differences = len(compared.differences)
    figures = {"score": compared.score, "differences": differences, "compared": compared.compared}
    job.report.attach("mirror", figures)
    path = job.project.reports / "unmatched.txt"
    # It may be about an earlier box.
    path.unlink(missing_ok=True)
    if compared.differences or mirror.notes or mirror.shared:
        text = unmatched.text(name, mirror, compared)
        atomic_write(path, text)
        job.report.attach("drift", text.splitlines())
        job.report.say(f"differences: {path.relative_to(job.project.directory)}")


def report_refused_settings(report: Report, mirror: Mirror, connection: Connection) -> None:
    """Warns of each of production's kernel settings that the VM's kernel does not have in force."""
    done = connection.run(("sudo", "-n", *kernel.query(mirror.sysctl)))
    for sentence in kernel.refused(mirror.sysctl, done.output):
        report.warn(sentence)
