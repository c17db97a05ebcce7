"""deploy.yml and production's capture -> the likeness of the VM. What deploy.yml says itself wins."""

from understudy.config.model import Config
from understudy.parity.capture.value import Capture
from understudy.vm.mirror import kernel, limits, machine, variables
from understudy.vm.mirror.machine import Room
from understudy.vm.mirror.packages import packages
from understudy.vm.mirror.value import Likeness


def likeness(config: Config, capture: Capture, room: Room) -> Likeness:
    """Raises ConfigError if the capture is of a system that no box can be built of."""
    release = machine.release(config.vm, capture)
    memory, cpus = (size(config.vm, capture, room) for size in (machine.memory, machine.cpus))
    swap, software = machine.swap(capture), packages(capture, release)
    told = variables.variables(config.host, capture, swap.value)
    sysctl = kernel.wanted(capture)
    files = {variables.PATH: variables.text(told), **kernel.files(capture), **limits.files(capture)}
    notes = (memory.note, cpus.note, swap.note, software.note)
    odd = (*variables.odd(config.host, capture), *limits.left(capture))
    return Likeness(
        release=release,
        memory=memory.value,
        cpus=cpus.value,
        versions=software.versions,
        install=software.install,
        files={path: text for path, text in files.items() if text},
        sysctl=sysctl,
        taken=(*variables.taken(told), *([f"{len(sysctl)} kernel settings"] if sysctl else [])),
        notes=(*filter(None, notes), *odd),
    )
