"""The volumes of libvirt's pool, by virsh. Raises as libvirt.py does."""

import time
from xml.etree import ElementTree

from understudy.vm.libvirt import virsh
from understudy.vm.unused import Volume

_POOL = "default"


def volumes() -> list[Volume]:
    names = (line.split()[0] for line in virsh("vol-list", _POOL).splitlines()[2:] if line.strip())
    return [_volume(virsh("vol-dumpxml", name, "--pool", _POOL)) for name in names]


def disks() -> list[str]:
    """The paths of all disks of all VMs on this machine."""
    return [disk for vm in vms() for disk in disks_of(vm)]


def vms() -> list[str]:
    return virsh("list", "--all", "--name").split()


def disks_of(vm: str) -> list[str]:
    lines = virsh("domblklist", vm).splitlines()[2:]
    return [line.split(maxsplit=1)[1] for line in lines if line.strip()]


def remove(volume: str) -> None:
    virsh("vol-delete", volume, "--pool", _POOL)


def _volume(text: str) -> Volume:
    # virsh has printed it: no entity of anyone else is in it.
    found = ElementTree.fromstring(text)  # noqa: S314
    made = float(found.findtext("target/timestamps/mtime") or time.time())
    return Volume(
        name=found.findtext("name") or "",
        path=found.findtext("target/path") or "",
        size=int(found.findtext("allocation") or 0),
        age=(time.time() - made) / 86400,
        backing=found.findtext("backingStore/path") or "",
    )
