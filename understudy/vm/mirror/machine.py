"""A capture -> the VM's release, memory, processors and swap."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from understudy.config import releases
from understudy.config.machines import Vm
from understudy.errors import ConfigError
from understudy.local.numbers import number_of
from understudy.parity.capture.value import Capture

_LEAST_MEMORY = 512
# The VM's disk has 10 GiB, and the app's data needs space, too.
_MOST_SWAP = 4096
_SIZE = re.compile(r"(\d+(?:\.\d+)?) (MiB|GiB)")


@dataclass(frozen=True)
class Capacity:
    """Of the developer's machine: memory in MiB, processors.

    kernel: its settings, if the VM is a container and shares them; see container.py.
    """

    memory: int
    cpus: int
    kernel: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Size:
    """value: of the VM. note: why it differs from production's."""

    value: int
    note: str = ""


def release(vm: Vm, capture: Capture) -> str:
    """The code name. Raises ConfigError if no box can be built for production's release, unless
    deploy.yml sets vm.release or vm.box.
    """
    if "release" in vm.model_fields_set:
        return vm.release
    name = capture.entry("os.name") or "an unknown system"
    found = releases.of_system(name)
    if vm.box:
        return found or vm.release
    if not found:
        raise ConfigError(
            f"{vm.stands_for} runs {name}, for which no box can be built",
            hint=f"Set vm.release in deploy.yml to the nearest one: {', '.join(releases.RELEASES)}.",
        )
    return found


def memory(vm: Vm, capture: Capture, capacity: Capacity) -> Size:
    """MiB, at most half of this machine's memory. Half of all and not of what is free: a running VM
    would reduce its own share.
    """
    if "memory" in vm.model_fields_set:
        return Size(vm.memory)
    there = mebibytes(capture.entry("memory.total"))
    if there is None:
        return Size(vm.memory, f"production's memory is unknown: the VM has {vm.memory} MiB")
    wanted = max(_installed(there), _LEAST_MEMORY)
    most = max(capacity.memory // 2 // 256 * 256, _LEAST_MEMORY)
    if wanted > most:
        note = f"production has {wanted} MiB of memory, the VM {most}: half of this machine's"
        return Size(most, note)
    return Size(wanted)


def _installed(total: int) -> int:
    """The installed memory: MemTotal is a few percent less, see proc_meminfo(5). Rounds up to 4, 5, 6
    or 7 times a power of two, as memory is sold: 970 MiB to 1024, 31 GiB to 32.
    """
    step = max(1 << (total.bit_length() - 1), 4) // 4
    return -(-total // step) * step


def cpus(vm: Vm, capture: Capture, capacity: Capacity) -> Size:
    if "cpus" in vm.model_fields_set:
        return Size(vm.cpus)
    count = capture.entry("cpu.count") or ""
    if not re.fullmatch(r"[1-9]\d{0,3}", count):
        return Size(vm.cpus, f"production's number of processors is unknown: the VM has {vm.cpus}")
    wanted = int(count)
    if wanted > capacity.cpus:
        note = (
            f"production has {number_of(wanted, 'processor')}, the VM {capacity.cpus}: "
            "as many as this machine"
        )
        return Size(capacity.cpus, note)
    return Size(wanted)


def swap(capture: Capture) -> Size:
    wanted = mebibytes(capture.entry("memory.swap")) or 0
    if wanted > _MOST_SWAP:
        note = f"production has {wanted} MiB of swap, the VM {_MOST_SWAP}: its disk is small"
        return Size(_MOST_SWAP, note)
    return Size(wanted)


def mebibytes(text: str | None) -> int | None:
    """An amount of memory as captures write it, such as `3.8 GiB`. None if it is no such text."""
    found = _SIZE.fullmatch(text or "")
    if not found:
        return None
    return round(float(found[1]) * (1024 if found[2] == "GiB" else 1))
