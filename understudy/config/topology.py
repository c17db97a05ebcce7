"""The part `hosts` of a target: several hosts of one site, and the roles that each has. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import Field

from understudy.config.base import Strict
from understudy.config.checks import a_list
from understudy.config.mistakes import validation_error
from understudy.config.values import Address, AddressOrEmpty

if TYPE_CHECKING:
    from understudy.config.model import Config

Role = Literal["web", "worker", "database", "proxy"]
ROLES: tuple[Role, ...] = get_args(Role)
# What the hosts of a target without `hosts` are.
ALL: tuple[Role, ...] = ("web", "worker", "database")
_WORDS = ("database", "database-at", "database-for", "web", "web-for", "proxy")
_SHARES_DATA = "the hosts of a target with `hosts` share one database"


class TargetHost(Strict):
    """One host. private: its IP address in the network of the hosts, if `address` is another one. roles: web
    answers visitors; worker runs the processes and timers; database has the data; proxy is what visitors meet,
    and passes their requests on to web.
    """

    address: Address
    private: AddressOrEmpty = ""
    roles: Annotated[tuple[Role, ...], a_list("[web]"), Field(min_length=1)]

    @property
    def inside(self) -> str:
        """Its address for the other hosts."""
        return self.private or self.address

    @property
    def has_site(self) -> bool:
        return "web" in self.roles or "worker" in self.roles

    @property
    def is_web(self) -> bool:
        """Whether it answers requests by a web process of its own."""
        return "web" in self.roles

    @property
    def is_proxy(self) -> bool:
        return "proxy" in self.roles


Hosts = Annotated[
    tuple[TargetHost, ...], a_list("[{address: 192.0.2.7, roles: [web, worker, database]}]")
]


def mistakes(hosts: Sequence[TargetHost]) -> Iterator[Exception]:
    """Of the hosts alone, each at its place below `hosts`."""
    for place, host in enumerate(hosts):
        if host.address in (before.address for before in hosts[:place]):
            twice = "another host of the target has this address"
            yield validation_error("twice", twice, "hosts", place, "address", given=host.address)
        if len(hosts) > 1 and not _is_ip(host.inside):
            key = "private" if host.private else "address"
            ip = (
                "must be an IP address, or `private` must: the firewall of the database's host lets only "
                "those in"
            )
            yield validation_error("ip", ip, "hosts", place, key, given=host.inside)
    databases = [place for place, host in enumerate(hosts) if "database" in host.roles]
    for place in databases[1:]:
        one = (
            f"only one host has the role database, and hosts.{databases[0]} has it: {_SHARES_DATA}"
        )
        yield validation_error("database", one, "hosts", place, "roles", given="database")
    if hosts and not any(host.is_web for host in hosts):
        yield validation_error("web", "one of them must have the role web", "hosts")
    yield from _mistakes_of_proxies(hosts)


def _mistakes_of_proxies(hosts: Sequence[TargetHost]) -> Iterator[Exception]:
    for place, host in enumerate(hosts):
        if host.is_proxy and host.has_site:
            apart = (
                "proxy must not go with web or worker: both would answer at ports 80 and 443 of the host. "
                "Give the proxy a host of its own, or leave it out"
            )
            yield validation_error("proxy", apart, "hosts", place, "roles", given=list(host.roles))


def refuse_unfit(config: "Config") -> None:
    """Raises the first mistake of the hosts of a target that the rest of deploy.yml does not go with."""
    for name, target in config.targets.items():
        for words in _unfit(target.host_list, config):
            raise validation_error("hosts", words, "targets", name, "hosts")


def _unfit(hosts: Sequence[TargetHost], config: "Config") -> Iterator[str]:
    if not hosts:
        return
    app, has_database = config.app, any("database" in host.roles for host in hosts)
    if app.database == "postgresql" and not has_database:
        yield f"one of them must have the role database: {_SHARES_DATA}"
    if app.database != "postgresql" and has_database and len(hosts) > 1:
        yield f"the role database is for PostgreSQL, and app.database is {app.database}"
    if (config.processes or config.timers) and not any("worker" in host.roles for host in hosts):
        yield "one of them must have the role worker, which runs `processes` and `timers`"
    if has_several_sites(hosts):
        yield from _unfit_for_several(config)


def _unfit_for_several(config: "Config") -> Iterator[str]:
    """What each of several hosts with the role web or worker would have of its own."""
    app, here = config.app, sorted(config.services.here())
    if app.database == "sqlite":
        yield f"app.database is sqlite, a file of one host: {_SHARES_DATA}"
    if app.media_url:
        yield (
            "several with the role web or worker would each have uploads of their own: set app.media_url to "
            "null for an app without uploads; else keep them in a store elsewhere, and set it to null, too"
        )
    if here:
        yield (
            f"several with the role web or worker would each have a {here[0]} of their own: give "
            f"`services.{here[0]}` a `url_from`"
        )
    if app.maintenance == "migrations":
        yield (
            "app.maintenance: migrations shows its page on the host that migrates alone: use "
            "`maintenance on` before such a deploy"
        )


def of_host(hosts: Sequence[TargetHost], address: str) -> TargetHost | None:
    """That host; None for a target without `hosts`."""
    return next((host for host in hosts if host.address == address), None)


def has_several_sites(hosts: Sequence[TargetHost]) -> bool:
    return len(sites(hosts)) > 1


def has_several_edges(hosts: Sequence[TargetHost]) -> bool:
    """Whether visitors connect to more than one of them."""
    return len(proxies(hosts) or [host for host in hosts if host.is_web]) > 1


def sites(hosts: Sequence[TargetHost]) -> tuple[TargetHost, ...]:
    """Those with the site, first the one that works: it migrates for all, and its timers wait for that."""
    found = [host for host in hosts if host.has_site]
    return tuple(sorted(found, key=lambda host: "worker" not in host.roles))


def has_site(hosts: Sequence[TargetHost], address: str) -> bool:
    """Whether the host of that address has releases."""
    own = of_host(hosts, address)
    return own is None or own.has_site


def is_web(hosts: Sequence[TargetHost], address: str) -> bool:
    """Whether the host of that address answers requests by a web process of its own."""
    own = of_host(hosts, address)
    return own is None or own.is_web


def has_visitors(hosts: Sequence[TargetHost], address: str) -> bool:
    """Whether visitors or a proxy connect to the host of that address."""
    own = of_host(hosts, address)
    return own is None or own.is_web or own.is_proxy


def migrates(hosts: Sequence[TargetHost], address: str) -> bool:
    """Whether a deploy migrates for all of them on the host of that address."""
    return sites(hosts)[0].address == address


def backups_on(hosts: Sequence[TargetHost], address: str) -> str:
    """The address of the host on which deploys make their backups, if it is another one; else ""."""
    holder = sites(hosts)[0].address if hosts else ""
    return holder if holder != address else ""


def database_elsewhere(hosts: Sequence[TargetHost], address: str) -> str:
    """Where the host of that address finds the database; "" if it has it itself, or none of them has."""
    holder = next((host for host in hosts if "database" in host.roles), None)
    return holder.inside if holder and holder.address != address else ""


def clients(hosts: Sequence[TargetHost], address: str) -> tuple[str, ...]:
    """The addresses of the hosts that use the database of the host of that address."""
    own = of_host(hosts, address)
    if own is None or "database" not in own.roles:
        return ()
    return tuple(host.inside for host in hosts if host.has_site and host is not own)


def proxies(hosts: Sequence[TargetHost]) -> tuple[TargetHost, ...]:
    return tuple(host for host in hosts if host.is_proxy)


def is_proxy(hosts: Sequence[TargetHost], address: str) -> bool:
    own = of_host(hosts, address)
    return own is not None and own.is_proxy


def in_front(hosts: Sequence[TargetHost], address: str) -> tuple[str, ...]:
    """The addresses of the proxies from which the host of that address gets its requests; () if visitors
    reach it themselves, or it is not one for them.
    """
    own = of_host(hosts, address)
    if own is None or not own.is_web:
        return ()
    return tuple(host.inside for host in proxies(hosts))


def balanced(hosts: Sequence[TargetHost]) -> tuple[str, ...]:
    """The addresses of the hosts that a proxy passes requests on to."""
    return tuple(host.inside for host in hosts if host.is_web)


def may_be_drained(hosts: Sequence[TargetHost], address: str) -> bool:
    """Whether the host of that address is one of several that requests are spread over."""
    own = of_host(hosts, address)
    return own is not None and own.is_web and len(balanced(hosts)) > 1


def does_work(hosts: Sequence[TargetHost], address: str) -> bool:
    """Whether processes and timers run on the host of that address."""
    own = of_host(hosts, address)
    return own is None or "worker" in own.roles


def is_first_worker(hosts: Sequence[TargetHost], address: str) -> bool:
    """Whether it is the one host of processes that are never two, and of timers."""
    return first_worker(hosts, address) == address


def first_worker(hosts: Sequence[TargetHost], address: str) -> str:
    """The address of the first host on which processes and timers run; that of the host itself if none does."""
    return next((host.address for host in hosts if "worker" in host.roles), address)


def words(hosts: Sequence[TargetHost], address: str) -> tuple[str, ...]:
    """For the provisioning of the host of that address; () for a target without `hosts`."""
    own = of_host(hosts, address)
    if own is None:
        return ()
    given: Mapping[str, str] = {
        "database": database_elsewhere(hosts, address) if own.has_site else "",
        "database-at": own.inside if clients(hosts, address) else "",
        "database-for": ",".join(clients(hosts, address)),
        "web": "" if own.is_web or own.is_proxy else "off",
        "web-for": ",".join(in_front(hosts, address)),
        "proxy": "on" if own.is_proxy else "",
    }
    return tuple(f"{key}={value}" for key, value in given.items() if value)


def is_word(word: str) -> bool:
    """Whether it is one of words()."""
    key, equals, _ = word.partition("=")
    return bool(equals) and key in _WORDS


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
