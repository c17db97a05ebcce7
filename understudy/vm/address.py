"""The staging VM's address: the one in deploy.yml, or one in a free subnet, kept in .understudy/."""

import json
import subprocess
from pathlib import Path

from understudy.config import model as configuration
from understudy.config.model import Config
from understudy.errors import StepFailed, Unreachable
from understudy.local.atomic_write import atomic_write
from understudy.paths import Project
from understudy.vm import libvirt, lxc, provider, subnets
from understudy.vm.subnets import GuestNetwork, UsedSubnet

# The target of deploy.yml that is the VM.
TARGET = "vagrant"


def load(project: Project) -> Config:
    """deploy.yml, with the VM's address filled in. Raises ConfigError if deploy.yml is wrong."""
    return with_kept_address(project, configuration.load(project.config_file))


def with_kept_address(project: Project, config: Config) -> Config:
    """The same with the VM's address in `vm` and in its target, if the VM has an address yet."""
    address = _given(config) or _kept(project, config.vm.name)
    return _with(config, address) if address else config


def choose(project: Project) -> None:
    """Chooses an address for the VM and keeps it in .understudy/, unless the VM has one.

    An existing VM keeps its address. Raises StepFailed if this machine has no free private subnet, and
    Unreachable if the program `ip` is missing.
    """
    config = configuration.load(project.config_file)
    if _given(config) or _kept(project, config.vm.name):
        return
    address = _of_network(project, config) or _free(project, config)
    file = _file(project, config.vm.name)
    file.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(file, json.dumps({"address": address}))


def forget(project: Project, name: str) -> None:
    """Frees the address of a VM that was removed: the next VM may get another one."""
    _file(project, name).unlink(missing_ok=True)


def conflict(project: Project, config: Config) -> UsedSubnet | None:
    """What else on this machine uses the VM's subnet, if anything. config: with the VM's address."""
    return subnets.conflict(config.vm.address, used_subnets(project, config))


def used_subnets(project: Project, config: Config) -> list[UsedSubnet]:
    """The subnets in use on this machine, without that of the project's VM."""
    return subnets.used_subnets(_networks(project), _routes(), _vm(project, config))


def _vm(project: Project, config: Config) -> tuple[str, str]:
    """The VM's provider and name, which are those of its network."""
    name = config.vm.name
    return provider.chosen(project, name, config.vm.provider).name, name


def _networks(project: Project) -> list[GuestNetwork]:
    return [*libvirt.networks(), *lxc.networks(project)]


def _given(config: Config) -> str:
    target = config.targets.get(TARGET)
    return config.vm.address or (target.address if target else "")


def _kept(project: Project, name: str) -> str:
    file = _file(project, name)
    return str(json.loads(file.read_text())["address"]) if file.exists() else ""


def _file(project: Project, name: str) -> Path:
    # The Vagrantfile reads it, too.
    return project.state / "vm" / name / "network.json"


def _with(config: Config, address: str) -> Config:
    vm = config.vm.model_copy(update={"address": config.vm.address or address})
    targets = dict(config.targets)
    target = targets.get(TARGET)
    if target and not target.address and not target.addresses:
        targets[TARGET] = target.model_copy(update={"address": address})
    return config.model_copy(update={"vm": vm, "targets": targets})


def _of_network(project: Project, config: Config) -> str:
    """The address in the VM's network; empty if there is no such network.

    A VM has it that was built before addresses were kept in .understudy/.
    """
    vm = _vm(project, config)
    leased = (network.leased for network in _networks(project) if network.belongs_to(vm))
    return next(leased, "")


def _free(project: Project, config: Config) -> str:
    found = subnets.free(
        used_subnets(project, config), seed=f"{project.directory}\0{config.vm.name}"
    )
    if found is None:
        raise StepFailed(
            "this machine has no free private subnet for the VM",
            hint="`ip route show table all` lists the subnets in use. Free one, or set vm.address in "
            "deploy.yml.",
        )
    return subnets.address_in(found)


def _routes() -> str:
    command = ["ip", "-4", "-json", "route", "show", "table", "all"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        raise Unreachable("the program ip is not installed", hint="make setup") from None
    except subprocess.CalledProcessError as error:
        raise StepFailed("`ip route` failed", details=error.stderr.strip()) from None
