"""A stale VM, which `vagrant destroy` cannot remove: its project's directory or Vagrant's record is gone."""

from pathlib import Path

from understudy.vm.guest_machine import GuestMachine


def remove(machine: GuestMachine, own: Path) -> Path | None:
    """Removes the VM if the Vagrantfile that it was built from is gone or is `own`.

    machine: a VM of the name of the project's, which has none by Vagrant's record. Returns the Vagrantfile's
    path; None if nothing was removed.
    """
    origin = machine.origin()
    if origin is None or (origin.exists() and origin != own):
        return None
    machine.remove()
    return origin


def of_another_project(machine: GuestMachine, own: Path) -> Path | None:
    """The Vagrantfile of another project that has a VM of that name; None if there is none.

    own: the Vagrantfile of this project.
    """
    origin = machine.origin()
    return origin if origin and origin != own and origin.exists() else None
