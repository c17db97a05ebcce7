"""deploy.yml and production's capture -> the likeness of the VM. What deploy.yml says itself wins."""

from understudy.capture.value import Capture
from understudy.config import Config
from understudy.likeness import machine
from understudy.likeness.machine import Room
from understudy.likeness.packages import packages
from understudy.likeness.settings import settings
from understudy.likeness.value import Likeness


def likeness(config: Config, capture: Capture, room: Room) -> Likeness:
    """Raises ConfigError if the capture is of a system that no box can be built of."""
    release = machine.release(config.vm, capture)
    memory, cpus = (size(config.vm, capture, room) for size in (machine.memory, machine.cpus))
    swap, software = machine.swap(capture), packages(capture, release)
    found = settings(config.host, capture, swap.value)
    notes = (memory.note, cpus.note, swap.note, software.note, *found.notes)
    return Likeness(
        release=release,
        memory=memory.value,
        cpus=cpus.value,
        versions=software.versions,
        install=software.install,
        files=found.files,
        sysctl=found.sysctl,
        taken=found.taken,
        notes=tuple(note for note in notes if note),
    )
