"""The staging VM's address: that of deploy.yml, or the one that new_address.py has chosen, in .understudy/.

From the address follows who issues the VM's certificates.
"""

import json
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.config import model as configuration
from understudy.config import staging_hosts
from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.paths import Project

if TYPE_CHECKING:
    from understudy.vm.issuer.files import Files

# The target of deploy.yml that is the VM.
TARGET = "vagrant"


def load(project: Project) -> Config:
    """deploy.yml, with the VM's address and issuer filled in. Raises ConfigError if deploy.yml is wrong."""
    return with_kept_address(project, configuration.load(project.config_file))


def with_kept_address(project: Project, config: Config) -> Config:
    """The same with the VM's address in `vm` and in its target, if the VM has an address yet; and there
    with Pebble as the issuer of `https: auto`.
    """
    address = given(config) or kept(project, config.vm.name)
    return _with(project, config, address) if address else config


def machines(config: Config) -> dict[str, str]:
    """The names of the machines -> their addresses, "" before the first `up`. The first is the VM's own."""
    names = [one.name for one in staging_hosts.of(config)] or [config.vm.name]
    target = config.targets.get(TARGET)
    own = (target.address if target else "") or config.vm.address
    addresses = [host.address for host in target.host_list] if target and len(names) > 1 else [own]
    return dict(zip_longest(names, addresses, fillvalue=""))


def forget(project: Project, name: str) -> None:
    """Frees the address of a VM that was removed: the next VM may get another one."""
    file(project, name).unlink(missing_ok=True)


def given(config: Config) -> str:
    """The address in deploy.yml, or ""."""
    target = config.targets.get(TARGET)
    return config.vm.address or (target.address if target else "")


def kept(project: Project, name: str) -> str:
    """The address that was chosen for the VM of that name, or ""."""
    path = file(project, name)
    return str(json.loads(path.read_text())["address"]) if path.exists() else ""


def file(project: Project, name: str) -> Path:
    """Where the chosen address is kept."""
    # The Vagrantfile reads it, too.
    return project.state / "vm" / name / "network.json"


def _with(project: Project, config: Config, address: str) -> Config:
    # Imported here: other targets have nothing to do with it.
    from understudy.vm import tunnel
    from understudy.vm.issuer import files as issuer_files

    vm = config.vm.model_copy(update={"address": config.vm.address or address})
    targets = dict(config.targets)
    target = targets.get(TARGET)
    if target and not target.addresses:
        own = tunnel.ends(project, config) or {"address": target.address or address}
        known = target.model_copy(update=own)
        files = issuer_files.of_vm(project, config.vm.name)
        known = _with_issuer(known, files, vm.address if vm.host else "")
        is_single = config.vm.topology == "single"
        targets[TARGET] = known if is_single else staging_hosts.target(config, known, known.address)
    return config.model_copy(update={"vm": vm, "targets": targets})


def _with_issuer(target: TargetConfig, files: "Files", inside: str) -> TargetConfig:
    from understudy.vm.issuer import settings

    filled = settings.with_issuer(target, files, inside)
    if settings.has_issuer(filled) and not files.ca.exists():
        # Imported here: it takes long, and is needed once for each VM.
        from understudy.vm.issuer import authority

        authority.ensure_ca(files)
    return filled
