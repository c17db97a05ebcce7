"""Chooses the staging VM's address: in a subnet that nothing on this machine uses."""

import json
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from understudy.config import model as configuration
from understudy.config import staging_hosts
from understudy.config.model import Config
from understudy.errors import StepFailed, Unreachable
from understudy.local.atomic_write import atomic_write
from understudy.paths import Project
from understudy.vm import address, libvirt, lxc, members, provider, subnets, vm_host
from understudy.vm.reservation import reserved
from understudy.vm.subnets import GuestNetwork, UsedSubnet
from understudy.vm.vm_host import VmHost


@contextmanager
def chosen(project: Project) -> Iterator[None]:
    """Chooses an address for the VM and keeps it in .understudy/, unless the VM has one.

    An existing VM keeps its address. A subnet is in use only once its VM is built, which can take minutes: in
    the block no other run on this machine chooses it. Raises StepFailed if this machine has no free private
    subnet, and Unreachable if the program `ip` is missing.
    """
    config = configuration.load(project.config_file)
    with ExitStack() as reservations:
        if not (address.given(config) or _is_built(project, config)):
            _keep(project, config, _reserve(project, config, reservations))
        yield


def conflict(project: Project, config: Config) -> UsedSubnet | None:
    """What else on this machine uses the VM's subnet, if anything. config: with the VM's address."""
    return subnets.conflict(config.vm.address, used_subnets(project, config))


def check(project: Project, config: Config) -> None:
    """Raises StepFailed if something else uses the VM's subnet. libvirt refuses it without naming that; lxc
    does not refuse it.
    """
    if found := conflict(project, config):
        raise StepFailed(
            f"the VM's address {config.vm.address} lies in {found.subnet}, which is in use",
            cause=f"{found.subnet} is {found.by}",
            hint="Remove vm.address from deploy.yml, if it is set. If the VM exists, python deploy.py "
            "destroy frees its address. Then run the same command again: it takes another address.",
        )


def used_subnets(project: Project, config: Config) -> list[UsedSubnet]:
    """The subnets in use on this machine, without that of the project's VM."""
    host = config.vm.host
    of, name = _vm(project, config)
    # Also machines that deploy.yml no longer wants.
    names = {*members.built(project, name), *(one.name for one in staging_hosts.of(config)), name}
    return subnets.used_subnets(_networks(project, host), _routes(host), of, names)


def _is_built(project: Project, config: Config) -> bool:
    """Whether there is a VM with the kept address: Vagrant may also know one that is gone."""
    name = config.vm.name
    built = provider.built(project, name)
    if not built or not address.kept(project, name):
        return False
    return bool(provider.machine(project, name, built, config.vm.host).state())


def _keep(project: Project, config: Config, chosen: str) -> None:
    file = address.file(project, config.vm.name)
    file.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(file, json.dumps({"address": chosen}))


def _vm(project: Project, config: Config) -> tuple[str, str]:
    """The VM's provider and name, which are those of its network: as it was built, if there is one."""
    name = config.vm.name
    built = provider.built(project, name)
    vm = config.vm
    return built or provider.chosen(project, name, vm.provider, vm.host).name, name


def _networks(project: Project, host: str) -> list[GuestNetwork]:
    """host: `vm.host`, whose networks they are."""
    if host:
        return libvirt.networks(vm_host.uri_of(host))
    return [*libvirt.networks(), *lxc.networks(project)]


def _of_network(project: Project, config: Config) -> str:
    """The address in the VM's network; empty if there is no such network.

    A VM has it that was built before addresses were kept in .understudy/.
    """
    of, name = _vm(project, config)
    networks = _networks(project, config.vm.host)
    leased = (network.leased for network in networks if network.belongs_to(of, (name,)))
    return next(leased, "")


def _reserve(project: Project, config: Config, reservations: ExitStack) -> str:
    """The address of the first subnet that is neither in use nor reserved: of the last run's, if it is."""
    name = config.vm.name
    if leased := _of_network(project, config):
        return leased
    seed = f"{project.directory}\0{name}"
    found = subnets.free(used_subnets(project, config), seed, first=address.kept(project, name))
    for subnet in found:
        if reservations.enter_context(reserved(subnet)):
            return subnets.address_in(subnet)
    raise StepFailed(
        "this machine has no free private subnet for the VM",
        hint="`ip route show table all` lists the subnets in use. Free one, or set vm.address in deploy.yml.",
    )


def _routes(host: str) -> str:
    command = ["ip", "-4", "-json", "route", "show", "table", "all"]
    if host:
        # /sbin is not in the path of every login.
        return VmHost(host).run(f"PATH=$PATH:/sbin:/usr/sbin; {shlex.join(command)}")
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        raise Unreachable(
            "the program ip is not installed", hint="python deploy.py doctor --fix"
        ) from None
    except subprocess.CalledProcessError as error:
        raise StepFailed("`ip route` failed", details=error.stderr.strip()) from None
