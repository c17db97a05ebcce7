"""Which of Vagrant's providers runs the staging VM: libvirt, or lxc for a container."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from understudy.paths import Project
from understudy.vm import capabilities, libvirt_network, vm_host
from understudy.vm.guest_machine import GuestMachine
from understudy.vm.libvirt import Domain
from understudy.vm.lxc import Container

LIBVIRT, LXC = "libvirt", "lxc"
KINDS = {
    LIBVIRT: "a virtual machine (libvirt)",
    LXC: "a container (lxc), which shares this machine's kernel",
}


@dataclass(frozen=True)
class Choice:
    """name: LIBVIRT or LXC. reason: why, as a clause."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{KINDS[self.name]}: {self.reason}"


def choose(
    wanted: str, built: str, runs_kvm: Callable[[], bool], obstacle: Callable[[], str]
) -> Choice:
    """The provider for `vm.provider`. Pure; the two questions are asked only if they matter.

    wanted: that key. built: the provider of the VM that exists, or empty. obstacle: why no container can run
    here; empty if one can.
    """
    if wanted != "auto":
        return Choice(wanted, "vm.provider in deploy.yml")
    if built:
        return Choice(built, "the VM was built as one")
    if runs_kvm():
        return Choice(LIBVIRT, "KVM runs a guest here")
    if found := obstacle():
        return Choice(LIBVIRT, f"emulated, which is slow: no KVM runs a guest here, and {found}")
    return Choice(LXC, "no KVM runs a guest here")


def chosen(project: Project, name: str, wanted: str, host: str = "") -> Choice:
    """The provider of the VM of that name, as it is or as it is to be built. host: `vm.host`."""
    if host:
        return Choice(LIBVIRT, f"on {host} (vm.host in deploy.yml)")
    return choose(
        wanted,
        built(project, name),
        lambda: capabilities.runs_kvm(project),
        capabilities.obstacle_to_containers,
    )


def for_new_vm(project: Project) -> Choice:
    """The provider where neither deploy.yml nor a VM decides."""
    return chosen(project, "", "auto")


def built(project: Project, name: str) -> str:
    """The provider of the VM that Vagrant built here; empty if there is none."""
    return next((provider for provider in KINDS if _id(project, name, provider)), "")


def machine(
    project: Project, name: str, provider: str, host: str = "", network: str = ""
) -> GuestMachine:
    """The VM by the id that Vagrant knows: another project may have a VM of the same name.

    host: `vm.host`. network: the name of its network, "" if that is its own. Raises StepFailed if the VM was
    built on another machine.
    """
    vm_id = _id(project, name, provider)
    if vm_id:
        vm_host.require_kept(project, name, host)
    if provider == LXC:
        return Container(project, name, vm_id)
    return Domain(name, vm_id, vm_host.uri_of(host), network)


def make_network(provider: str, name: str, addresses: Sequence[str]) -> None:
    """Of several machines. Containers make theirs when they start."""
    if provider == LIBVIRT:
        libvirt_network.ensure(name, addresses)


def any_of_name(project: Project, name: str, provider: str, host: str = "") -> GuestMachine:
    """The VM that has this name on its machine, whichever project built it. host: `vm.host`."""
    if provider == LXC:
        return Container(project, name, name)
    return Domain(name, name, vm_host.uri_of(host))


def _id(project: Project, name: str, provider: str) -> str:
    where = os.environ.get("VAGRANT_DOTFILE_PATH", ".vagrant")
    file = project.vagrantfile.parent / where / "machines" / name / provider / "id"
    return file.read_text().strip() if file.exists() else ""
