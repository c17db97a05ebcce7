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
