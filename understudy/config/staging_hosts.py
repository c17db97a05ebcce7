"""`vm.topology: production`: the VM as one machine for each host of the target that it mirrors. Pure."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from typing import TYPE_CHECKING

from understudy.config.mistakes import validation_error
from understudy.config.target import TargetConfig
from understudy.config.topology import Role, TargetHost, has_several_edges
from understudy.errors import ConfigError

if TYPE_CHECKING:
    from understudy.config.model import Config

# What visitors meet comes first: that machine has the VM's own name and address.
_ORDER = ("proxy", "web", "worker", "database")


@dataclass(frozen=True)
class Machine:
    """name: its provider's for it. mirrors: the addresses of the hosts that it mirrors."""

    name: str
    roles: tuple[Role, ...]
    mirrors: tuple[str, ...]


def machines(
    hosts: Sequence[TargetHost], name: str, fold: Collection[Role] = ()
) -> tuple[Machine, ...]:
    """A machine for each host, and a single one for all hosts that have no roles but those of `fold`.

    name: that of the VM, and of its first machine. The others are named by their roles: NAME-web2,
    NAME-database.
    """
    alone: list[tuple[tuple[Role, ...], tuple[str, ...]]] = [
        (host.roles, (host.address,)) for host in hosts if not set(host.roles) <= set(fold)
    ]
    folded = [host for host in hosts if set(host.roles) <= set(fold)]
    if folded:
        roles = dict.fromkeys(role for host in folded for role in host.roles)
        alone.append((tuple(roles), tuple(host.address for host in folded)))
    alone.sort(key=lambda one: _ORDER.index(main_role(one[0])))
    mains = [main_role(roles) for roles, _ in alone]
    names = (name, *(f"{name}-{suffix}" for suffix in _numbered(mains)[1:]))
    return tuple(Machine(each, *one) for each, one in zip(names, alone, strict=True))


def of(config: "Config") -> tuple[Machine, ...]:
    """Of a deploy.yml; () for a VM that is one host with all roles."""
    if config.vm.topology == "single":
        return ()
    hosts = config.targets[config.vm.stands_for].host_list
    return machines(hosts, config.vm.name, config.vm.fold)


def target(config: "Config", own: TargetConfig, address: str) -> TargetConfig:
    """own: the VM's target. The same with a host for each machine; address: of the first, others follow it.

    Raises ConfigError if they can't, or if something in `own` does not go with several hosts.
    """
    found = [
        TargetHost(address=each, roles=machine.roles)
        for each, machine in zip(addresses(address), of(config), strict=False)
    ]
    if len(found) < len(of(config)):
        raise ConfigError(
            f"vm.topology: {len(of(config))} machines need addresses from {address} on, and there are none",
            hint="Set vm.address to an IPv4 address with room behind it, such as 192.168.56.10, or leave it "
            "out.",
        )
    if own.host_list or own.addresses:
        raise ConfigError(
            "the VM's target has hosts of its own, and vm.topology makes them",
            hint="Leave `hosts` and `addresses` out there.",
        )
    if own.https == "auto" and not own.acme.dns and has_several_edges(found):
        raise ConfigError(
            "vm.topology makes several web hosts, and the VM's target has `https: auto`: an issuer asks any of "
            "them, and one has the answer",
            hint="Set `https: off` there, or put web hosts together by vm.fold.",
        )
    return own.model_copy(update={"address": "", "host_list": tuple(found)})


def addresses(first: str) -> Iterator[str]:
    """That one and those behind it, as far as its /24 goes."""
    try:
        start = IPv4Address(first)
    except AddressValueError:
        return
    yield from (str(start + step) for step in range(255 - int(start) % 256))


def refuse_unfit(config: "Config") -> None:
    """Raises the first mistake of `topology` and `fold`."""
    if config.vm.topology == "single":
        if config.vm.fold:
            alone = "must go with `topology: production`: a single VM has all roles"
            raise validation_error("alone", alone, "vm", "fold", given=list(config.vm.fold))
        return
    mirrored = config.targets.get(config.vm.stands_for)
    if mirrored is None or not mirrored.host_list:
        none = f"must be single: targets.{config.vm.stands_for} has no `hosts` with roles to mirror"
        raise validation_error("hosts", none, "vm", "topology", given=config.vm.topology)
    if any("proxy" in one.roles and {"web", "worker"} & {*one.roles} for one in of(config)):
        apart = "must not put a proxy together with web or worker: both would answer at ports 80 and 443"
        raise validation_error("proxy", apart, "vm", "fold", given=list(config.vm.fold))


def main_role(roles: Collection[str]) -> str:
    """What a host is called by."""
    return next(role for role in _ORDER if role in roles)


def _numbered(roles: Sequence[str]) -> list[str]:
    """web, web2, web3, database."""
    seen: Counter[str] = Counter()
    found = []
    for role in roles:
        seen[role] += 1
        found.append(f"{role}{seen[role] if seen[role] > 1 else ''}")
    return found
