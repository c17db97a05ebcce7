"""A capture -> which release the VM runs, and how much memory, processors and swap it has."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from understudy.config.machines import Vm
from understudy.errors import ConfigError
from understudy.parity.capture.value import Capture

# What provision/box/build can build, by its name in a capture.
RELEASES: Mapping[str, str] = {"debian 12": "bookworm", "debian 13": "trixie"}
_LEAST_MEMORY = 512
# The VM's disk has 10 GiB, and the app's data needs room, too.
_MOST_SWAP = 4096
_SIZE = re.compile(r"(\d+(?:\.\d+)?) (MiB|GiB)")


@dataclass(frozen=True)
class Room:
    """What the developer's machine has: MiB of memory, and processors."""

    memory: int
    cpus: int


@dataclass(frozen=True)
class Size:
    """value: of the VM. note: why it isn't production's."""

    value: int
    note: str = ""


def release(vm: Vm, capture: Capture) -> str:
    """Raises ConfigError if no box can be built of production's, and deploy.yml says of no other."""
    if "release" in vm.model_fields_set:
        return vm.release
    name = capture.entry("os.name") or "an unknown system"
    if name not in RELEASES:
        raise ConfigError(
            f"{vm.stands_for} runs {name}, of which no box can be built",
            hint=f"Set vm.release in deploy.yml to what comes nearest: {', '.join(RELEASES.values())}.",
        )
    return RELEASES[name]


def memory(vm: Vm, capture: Capture, room: Room) -> Size:
    """At most half of the machine's: by all of it and not by what is free, or a VM that runs would
    leave less for itself.
    """
    if "memory" in vm.model_fields_set:
        return Size(vm.memory)
    there = mebibytes(capture.entry("memory.total"))
    if there is None:
        return Size(vm.memory, f"production's memory is unknown: the VM has {vm.memory} MiB")
    wanted = max(_with_what_the_kernel_keeps(there), _LEAST_MEMORY)
    most = max(room.memory // 2 // 256 * 256, _LEAST_MEMORY)
    if wanted > most:
        note = f"production has {wanted} MiB of memory, the VM {most}: half of this machine's"
        return Size(most, note)
    return Size(wanted)


def _with_what_the_kernel_keeps(total: int) -> int:
    """What the machine was made with: MemTotal is a few percent less. Sizes come as 4, 5, 6 or 7
    times a power of two: 970 is of 1024, 31 GiB of 32.
    """
    step = max(1 << (total.bit_length() - 1), 4) // 4
    return -(-total // step) * step


def cpus(vm: Vm, capture: Capture, room: Room) -> Size:
    if "cpus" in vm.model_fields_set:
        return Size(vm.cpus)
    count = capture.entry("cpu.count") or ""
    if not re.fullmatch(r"[1-9]\d{0,3}", count):
        return Size(vm.cpus, f"production's processors are unknown: the VM has {vm.cpus}")
    wanted = int(count)
    if wanted > room.cpus:
        note = f"production has {wanted} processors, the VM {room.cpus}: as many as this machine"
        return Size(room.cpus, note)
    return Size(wanted)


def swap(capture: Capture) -> Size:
    wanted = mebibytes(capture.entry("memory.swap")) or 0
    if wanted > _MOST_SWAP:
        note = f"production has {wanted} MiB of swap, the VM {_MOST_SWAP}: its disk is small"
        return Size(_MOST_SWAP, note)
    return Size(wanted)


def mebibytes(text: str | None) -> int | None:
    """Of what a capture says of memory, such as `3.8 GiB`."""
    found = _SIZE.fullmatch(text or "")
    if not found:
        return None
    return round(float(found[1]) * (1024 if found[2] == "GiB" else 1))
