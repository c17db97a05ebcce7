"""The volumes of libvirt's pool, by virsh. Raises as libvirt.py does."""

import time
from xml.etree import ElementTree

from understudy.vm.libvirt import virsh
from understudy.vm.unused import Volume
from understudy.vm.vm_host import HERE

_POOL = "default"


def volumes(uri: str = HERE) -> list[Volume]:
    """uri: of a libvirt, here and below."""
    listed = virsh("vol-list", _POOL, uri=uri).splitlines()[2:]
    names = (line.split()[0] for line in listed if line.strip())
    return [_volume(virsh("vol-dumpxml", name, "--pool", _POOL, uri=uri)) for name in names]


def disks(uri: str = HERE) -> list[str]:
    """The paths of all disks of all VMs of that libvirt."""
    return [disk for vm in vms(uri) for disk in disks_of(vm, uri)]


def vms(uri: str = HERE) -> list[str]:
    return virsh("list", "--all", "--name", uri=uri).split()


def disks_of(vm: str, uri: str = HERE) -> list[str]:
    lines = virsh("domblklist", vm, uri=uri).splitlines()[2:]
    return [line.split(maxsplit=1)[1] for line in lines if line.strip()]


def remove(volume: str, uri: str = HERE) -> None:
    virsh("vol-delete", volume, "--pool", _POOL, uri=uri)


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
