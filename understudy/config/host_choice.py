"""Which hosts of a target a verb works on, by their roles, and how an error names them. Pure.

It imports no pydantic: the shell's completion uses it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.errors import ConfigError

if TYPE_CHECKING:
    from understudy.config.target import TargetConfig
    from understudy.config.topology import TargetHost


@dataclass(frozen=True)
class Choice:
    """roles: a host needs one of them. why: what the others lack; "" if the verb itself says that. any_will_do:
    they share what it is about, so that without --host the one that makes the backups of deploys is taken.
    """

    roles: tuple[str, ...]
    why: str = ""
    any_will_do: bool = False


ANY = Choice(("web", "worker", "database", "proxy"))
APP = Choice(("web", "worker"), "has no release of the app")
# What it needs of the app is the same on each: the live release and the database.
APP_ANYWHERE = Choice(APP.roles, APP.why, any_will_do=True)
WEB = Choice(("web",), "is no web host")
_SEEN = Choice(("web",), "has no visitors")
# Which of them depends on the process or the timer: host/runs_on.py.
_RUNS = Choice(("web", "worker"))
PROXY = Choice(("proxy",), "is not what visitors meet")
_DEPLOY = Choice(("web", "worker", "proxy"), "gets nothing by a deploy, only by `provision`")

# The verbs with --host.
VERBS: Mapping[str, Choice] = {
    **dict.fromkeys(("ssh", "capture", "provision", "status", "remove", "audit"), ANY),
    **dict.fromkeys(("logs", "secrets", "verify"), ANY),
    **dict.fromkeys(("deploy", "plan"), _DEPLOY),
    "drain": WEB,
    **dict.fromkeys(("run", "console", "backup"), APP_ANYWHERE),
    **dict.fromkeys(("mail", "releases", "rollback", "restore", "data"), APP),
    "maintenance": _SEEN,
    **dict.fromkeys(("restart", "scale", "timers"), _RUNS),
}


def of(verb: str, hosts: Iterable[Collection[str]]) -> Choice:
    """verb: with or without its action. hosts: the roles of each of the target."""
    if verb == "open":
        return PROXY if any("proxy" in roles for roles in hosts) else WEB
    return VERBS[verb.partition(" ")[0]]


def named(host: "TargetHost") -> str:
    return f"{host.address} ({', '.join(host.roles)})"


def shown(target: "TargetConfig") -> str:
    """A host of a target: with its roles, if the target names them."""
    own = next((host for host in target.host_list if host.address == target.address), None)
    return named(own) if own else target.address


def listed(hosts: Iterable["TargetHost"]) -> str:
    return ", ".join(map(named, hosts))


def fitting(hosts: Sequence["TargetHost"], choice: Choice) -> tuple["TargetHost", ...]:
    return tuple(host for host in hosts if {*host.roles} & {*choice.roles})


def all_of(target: "TargetConfig", choice: Choice = ANY) -> str:
    """The hosts of a target that fit, with their roles if it names them."""
    hosts = target.host_list
    return (
        listed(fitting(hosts, choice))
        if hosts
        else ", ".join(one.address for one in target.hosts())
    )


def refuse_unfit(name: str, target: "TargetConfig", address: str | None, choice: Choice) -> None:
    """Raises ConfigError if the host of that address is one that the verb does not work on."""
    hosts = target.host_list
    fits = fitting(hosts, choice)
    own = next((host for host in hosts if host.address == address), None)
    if own and choice.why and own not in fits:
        raise ConfigError(
            f"{name}: {named(own)} {choice.why}", hint=f"Choose one with --host: {listed(fits)}."
        )


def one(name: str, target: "TargetConfig", address: str | None, choice: Choice) -> str | None:
    """The address of the one host that a verb works on; None for the only host of a target. Without --host it
    is the only one that fits, or the only one with the app, or the first if any will do. Raises ConfigError if
    there are several.
    """
    refuse_unfit(name, target, address, choice)
    if address or not target.host_list:
        return address
    fits = fitting(target.host_list, choice)
    if choice.any_will_do:
        # As topology.sites().
        return min(fits, key=lambda host: "worker" not in host.roles).address
    found = fits if len(fits) == 1 else fitting(fits, APP)
    if len(found) == 1:
        return found[0].address
    raise several(name, len(fits), listed(fits), all_fit=len(fits) == len(target.host_list))


def several(name: str, count: int, hosts: str, *, all_fit: bool = True) -> ConfigError:
    those = "hosts" if all_fit else "hosts for this command"
    works = "this command works on one" if all_fit else "it works on one"
    return ConfigError(
        f"{name} has {count} {those}, and {works}", hint=f"Choose one with --host: {hosts}."
    )
