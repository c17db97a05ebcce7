"""deploy.yml and production's capture -> what the VM takes over. What deploy.yml sets itself wins."""

from understudy.config.model import Config
from understudy.parity.capture.value import Capture
from understudy.vm.mirror import container, kernel, limits, machine, units, variables
from understudy.vm.mirror.machine import Capacity, Size
from understudy.vm.mirror.packages import packages
from understudy.vm.mirror.value import Mirror

_GIVEN_BOX = "the VM has the packages and settings of vm.box, and of production only the size"


def mirror_of(config: Config, capture: Capture, capacity: Capacity) -> Mirror:
    """What the VM takes over. capacity: of this machine.

    Raises ConfigError if no box can be built for the captured system.
    """
    release = machine.release(config.vm, capture)
    memory, cpus = (size(config.vm, capture, capacity) for size in (machine.memory, machine.cpus))
    in_container = capacity.kernel is not None
    if config.vm.box:
        size_notes = filter(None, (memory.note, cpus.note))
        return Mirror(release, memory.value, cpus.value, notes=(*size_notes, _GIVEN_BOX))
    swap = Size(0) if in_container else machine.swap(capture)
    software = packages(capture, release)
    settings = variables.variables(config.host, capture, swap.value)
    sysctl = kernel.wanted(capture)
    if in_container:
        sysctl = container.own(sysctl)
    files = {
        variables.PATH: variables.text(settings),
        kernel.SYSCTL: kernel.sysctl_file(sysctl),
        kernel.TMPFILES: "" if in_container else kernel.huge_pages(capture),
        **limits.files(capture),
    }
    notes = (memory.note, cpus.note, swap.note, software.note)
    left_out = (*variables.unusable(config.host, capture), *limits.left_out(capture))
    return Mirror(
        release=release,
        memory=memory.value,
        cpus=cpus.value,
        versions=software.versions,
        install=software.install,
        files={path: text for path, text in files.items() if text},
        sysctl=sysctl,
        units=units.off(capture) if software.versions else {},
        taken_over=(
            *variables.in_words(settings),
            *([f"{len(sysctl)} kernel settings"] if sysctl else []),
        ),
        notes=(*filter(None, notes), *left_out),
        shared=tuple(container.differences(capture, capacity.kernel or {})) if in_container else (),
    )
