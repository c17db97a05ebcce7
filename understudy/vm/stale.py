"""A VM that outlived its project: its directory is gone, so no `vagrant destroy` can remove it."""

import re
from pathlib import Path

from understudy.vm.libvirt import Domain


def remove(name: str) -> Path | None:
    """Removes libvirt's VM of that name if the Vagrantfile it was made from is gone.

    Returns that Vagrantfile's path if so. A VM of a directory that is still there is left alone.
    """
    domain = Domain(name)
    origin = vagrantfile(domain)
    if origin is None or origin.exists():
        return None
    domain.remove()
    return origin


def vagrantfile(domain: Domain) -> Path | None:
    """vagrant-libvirt writes where a VM comes from into its description."""
    pattern = r"^\s*<description>Source: (.+)</description>"
    found = re.search(pattern, domain.description(), re.MULTILINE)
    return Path(found.group(1)) if found else None
