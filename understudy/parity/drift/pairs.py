"""Which host of one target is compared with which one of another, where both have several. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from understudy.config import staging_hosts
from understudy.config.model import Config
from understudy.config.staging_hosts import Machine
from understudy.config.topology import Role, TargetHost
from understudy.errors import ConfigError

# Sides that are no target: what deploy.yml says, and what was captured of the target that the VM mirrors.
CAPTURE, CODE = "capture", "code"


@dataclass(frozen=True)
class Pair:
    """Two hosts, each as `target` or `target:address`. host: the model's address, if there are several pairs.
    others: hosts of the model that the copy's plays as well.
    """

    model: str
    copy: str
    host: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pairs:
    """each: in the order of the model's hosts. names: address of any host of two targets -> what it is in both,
    such as web2; none for a single host, and for hosts that are compared with themselves.
    """

    each: tuple[Pair, ...]
    names: Mapping[str, str] = field(default_factory=dict)


def between(config: Config, model: str, copy: str, captured: str = "") -> Pairs:
    """model, copy: a target's name or `target:address`, `capture` or `code`. captured: the host that the VM
    mirrors, whose capture is meant if a single host is compared.

    Raises ConfigError for two targets whose hosts have other roles.
    """
    ours, theirs = target_of(config, model, copy), target_of(config, copy, model)
    hosts = _hosts(config, ours), _hosts(config, theirs)
    if min(map(len, hosts)) < 2:
        whose = {model: ours, copy: theirs, CAPTURE: captured}
        return Pairs((Pair(whose[model], whose[copy]),))
    if ours == theirs:
        named = [(f"{ours}:{one}", one) for one in hosts[0]]
        return Pairs(tuple(Pair(name, name, one) for name, one in named))
    ours_played = (
        _played(config.targets[ours].host_list, config.targets[theirs].host_list, fold)
        for fold in ((), config.vm.fold)
    )
    if played := next(filter(None, ours_played), None):
        each = {pair.host: pair for pair in _pairs(ours, theirs, played)}
        return Pairs(tuple(each[host] for host in hosts[0]), dict(_names(config, played)))
    raise ConfigError(
        f"the hosts of {theirs} do not have the roles of those of {ours}",
        hint=f"Name one of each: --between {ours}:{hosts[0][0]} {theirs}:{hosts[1][0]}",
    )


def target_of(config: Config, side: str, other: str) -> str:
    """Whose capture or code is meant. other: the side that it is compared with."""
    if side == CAPTURE or (side == CODE and other in (CAPTURE, CODE)):
        return config.vm.stands_for
    return other if side == CODE else side


def _hosts(config: Config, name: str) -> Sequence[str]:
    """The addresses of all hosts of a target, also of those without the site; none for one that is named."""
    target = config.targets.get(name)
    if target is None:
        return ()
    return [host.address for host in target.host_list] or target.addresses


def _played(
    model: Sequence[TargetHost], copy: Sequence[TargetHost], fold: Collection[Role]
) -> Sequence[tuple[Machine, Machine]]:
    """Hosts with the same roles, in their order; none unless all are. fold: what one host of the copy has
    together, as vm.fold.
    """
    made, there = staging_hosts.machines(model, "", fold), staging_hosts.machines(copy, "")
    if [{*one.roles} for one in made] != [{*one.roles} for one in there]:
        return ()
    return tuple(zip(made, there, strict=True))


def _pairs(model: str, copy: str, played: Sequence[tuple[Machine, Machine]]) -> Iterator[Pair]:
    for made, there in played:
        [player] = there.mirrors
        for host in made.mirrors:
            others = tuple(f"{model}:{one}" for one in made.mirrors if one != host)
            yield Pair(f"{model}:{host}", f"{copy}:{player}", host, others)


def _names(config: Config, played: Sequence[tuple[Machine, Machine]]) -> Iterator[tuple[str, str]]:
    private = {
        host.address: host.private for one in config.targets.values() for host in one.host_list
    }
    for made, there in played:
        name = made.name.removeprefix("-") or staging_hosts.main_role(made.roles)
        for address in (*made.mirrors, *there.mirrors):
            yield from ((one, name) for one in (address, private[address]) if one)
