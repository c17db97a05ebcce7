"""A VM that outlived its project: its directory is gone, so no `vagrant destroy` can remove it."""

import re
import shutil
import subprocess
from pathlib import Path

_VIRSH = ("virsh", "-c", "qemu:///system")


def remove(name: str) -> Path | None:
    """Removes libvirt's VM of that name if the Vagrantfile it was made from is gone.

    Returns that Vagrantfile's path if so. A VM of a directory that is still there is left alone.
    """
    origin = _vagrantfile(name)
    if origin is None or origin.exists():
        return None
    _virsh("destroy", name)
    _virsh("undefine", name, "--snapshots-metadata", "--remove-all-storage")
    return origin


def _vagrantfile(name: str) -> Path | None:
    """vagrant-libvirt writes where a VM comes from into its description."""
    if shutil.which("virsh") is None:
        return None
    found = re.search(r"^\s*<description>Source: (.+)</description>", _virsh("dumpxml", name), re.M)
    return Path(found.group(1)) if found else None


def _virsh(*words: str) -> str:
    """What virsh prints; nothing if it says no: a VM that isn't there is none to remove."""
    return subprocess.run([*_VIRSH, *words], capture_output=True, text=True).stdout
