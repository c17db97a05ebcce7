"""Chooses the VM's network: a private /24 that overlaps with none of this machine's. Pure."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv4Network

# RFC 1918. VirtualBox allows host-only addresses in 192.168.56.0/21 without configuration (its manual,
# chapter 6.7): the first eight. The last ones are for machines whose VPN routes all of 192.168.0.0/16.
_CANDIDATES = (
    *(IPv4Network(f"192.168.{number}.0/24") for number in range(56, 255)),
    *(IPv4Network(f"172.{20 + number // 256}.{number % 256}.0/24") for number in range(1024)),
)
_IP = re.compile(r"<ip address='([\d.]+)' (?:netmask|prefix)='([\d.]+)'")


@dataclass(frozen=True)
class GuestNetwork:
    """The network of a VM. interface: of this machine. leased: the first address that a VM gets there."""

    provider: str
    name: str
    interface: str
    subnets: tuple[IPv4Network, ...]
    leased: str

    def belongs_to(self, provider: str, names: Collection[str]) -> bool:
        """names: of a VM, and of its machines. A VM's network has its name; of containers each has one."""
        return self.provider == provider and self.name in names

    def __str__(self) -> str:
        return f"{self.provider}'s network {self.name}"


@dataclass(frozen=True)
class UsedSubnet:
    """A subnet in use on this machine. by: what uses it, for messages."""

    subnet: IPv4Network
    by: str


def free(used: Iterable[UsedSubnet], seed: str, first: str = "") -> Iterator[IPv4Network]:
    """The private /24s that overlap with none of these. first: an address whose own /24 comes first.

    The others begin where the seed says, among the first eight candidates and then among the rest.
    """
    subnets = [one.subnet for one in used]
    number = int(sha256(seed.encode()).hexdigest(), 16)
    own = (IPv4Network(f"{first}/24", strict=False),) if first else ()
    for candidate in (*own, *_from(number, _CANDIDATES[:8]), *_from(number, _CANDIDATES[8:])):
        if not any(candidate.overlaps(subnet) for subnet in subnets):
            yield candidate


def _from(number: int, candidates: Sequence[IPv4Network]) -> Iterator[IPv4Network]:
    """All of them, from one that the number says."""
    first = number % len(candidates)
    yield from (*candidates[first:], *candidates[:first])


def address_in(subnet: IPv4Network) -> str:
    """The VM's address in its network; the first address is this machine's."""
    return str(subnet[10])


def conflict(address: str, used: Iterable[UsedSubnet]) -> UsedSubnet | None:
    """What uses the VM's /24. None if nothing does, or if the address is a name."""
    if not re.fullmatch(r"\d+(\.\d+){3}", address):
        return None
    own = IPv4Network(f"{address}/24", strict=False)
    return next((one for one in used if own.overlaps(one.subnet)), None)


def used_subnets(
    networks: Iterable[GuestNetwork], routes: str, provider: str, names: Collection[str]
) -> list[UsedSubnet]:
    """All subnets in use, without that of the VM itself. names: see belongs_to(). routes: see `routed`."""
    networks = list(networks)
    own = [network for network in networks if network.belongs_to(provider, names)]
    interfaces = {network.interface for network in own}
    others = [network for network in networks if network not in own]
    of_guests = [
        UsedSubnet(subnet, str(network)) for network in others for subnet in network.subnets
    ]
    # A route over the own network's interface is the VM's own subnet again.
    return [*of_guests, *(subnet for device, subnet in routed(routes) if device not in interfaces)]


def routed(routes: str) -> Iterator[tuple[str, UsedSubnet]]:
    """Output of `ip -4 -json route show table all` -> network interface and subnet of each route.

    This machine's own addresses are among them. The default route is not: it conflicts with no subnet.
    """
    for route in json.loads(routes):
        destination, device = str(route.get("dst", "")), str(route.get("dev", ""))
        if re.match(r"\d", destination) and destination != "0.0.0.0/0":
            over = f" over {device}" if device else ""
            subnet = IPv4Network(destination, strict=False)
            yield device, UsedSubnet(subnet, f"this machine's route to {destination}{over}")


def libvirt_network(xml: str) -> GuestNetwork:
    """Output of `virsh net-dumpxml`, whose format is at https://libvirt.org/formatnetwork.html."""
    subnets = (IPv4Network(f"{first}/{mask}", strict=False) for first, mask in _IP.findall(xml))
    return GuestNetwork(
        provider="libvirt",
        name=_first(r"<name>([^<]*)</name>", xml),
        interface=_first(r"<bridge name='([^']*)'", xml),
        subnets=tuple(subnets),
        leased=_first(r"<range start='([\d.]+)'", xml),
    )


def container_networks(output: str) -> list[GuestNetwork]:
    """Lines of `provision/lxc/container networks`: a container's name, interface, address with /24."""
    rows = (line.split() for line in output.splitlines())
    return [
        GuestNetwork(
            provider="lxc",
            name=name,
            interface=interface,
            subnets=(IPv4Network(address, strict=False),),
            leased=address.partition("/")[0],
        )
        for name, interface, address in rows
    ]


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found.group(1) if found else ""
