"""VMs and containers whose project was deleted, and what containers no longer lie on: only root sees it all."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from understudy.errors import UnderstudyError
from understudy.paths import Project
from understudy.vm import lxc, pool, unused
from understudy.vm.guest_machine import SHUT_OFF
from understudy.vm.libvirt import Domain
from understudy.vm.lxc import Container
from understudy.vm.unused import Unused

# Of lxc, and of what Understudy unpacks for it.
_OF_LXC = (Path("/var/lib/understudy/boxes"), Path("/var/lib/lxc"))


def find(project: Project) -> Iterator[Unused]:
    """What runs is not among it. Nothing of a provider that is not here or does not answer."""
    if any(path.is_dir() for path in _OF_LXC):
        with suppress(UnderstudyError):
            yield from lxc.unused(project)
    with suppress(UnderstudyError):
        yield from _of_libvirt()


def remove(project: Project, one: Unused) -> None:
    """Raises StepFailed or Unreachable if that fails."""
    provider, _, name = one.key.partition(":")
    if one.kind == "tree":
        lxc.free(project, name)
    elif provider == "lxc":
        Container(project, name, name).remove()
    else:
        Domain(name, name).remove()


def _of_libvirt() -> Iterator[Unused]:
    volumes = pool.volumes()
    for name in pool.vms():
        vm, disks = Domain(name, name), pool.disks_of(name)
        origin = vm.origin()
        if not origin or origin.exists() or vm.state() != SHUT_OFF:
            continue
        if unused.is_of_ours(disks, volumes):
            size = sum(one.size for one in volumes if one.path in disks)
            yield Unused("vm", f"libvirt:{name}", f"virtual machine {name}", size)
