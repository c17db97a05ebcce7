"""A stale VM: the project's directory is gone, so `vagrant destroy` cannot remove it."""

import re
from pathlib import Path

from understudy.vm.libvirt import Domain


def remove(name: str) -> Path | None:
    """Removes libvirt's VM of that name if the Vagrantfile that it was built from is gone.

    Returns that Vagrantfile's path; None if nothing was removed.
    """
    domain = Domain(name)
    origin = vagrantfile(domain)
    if origin is None or origin.exists():
        return None
    domain.remove()
    return origin


def vagrantfile(domain: Domain) -> Path | None:
    """The Vagrantfile of a VM: vagrant-libvirt writes its path into the VM's description."""
    pattern = r"^\s*<description>Source: (.+)</description>"
    found = re.search(pattern, domain.description(), re.MULTILINE)
    return Path(found.group(1)) if found else None
