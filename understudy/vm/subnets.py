"""Which network a VM can have: a private /24 that overlaps with none of this machine's. Pure."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv4Network

# VirtualBox takes the first eight without further configuration. The others are for a machine whose
# VPN routes all of 192.168.0.0/16.
_CANDIDATES = (
    *(IPv4Network(f"192.168.{number}.0/24") for number in range(56, 255)),
    *(IPv4Network(f"172.{20 + number // 256}.{number % 256}.0/24") for number in range(1024)),
)
_IP = re.compile(r"<ip address='([\d.]+)' (?:netmask|prefix)='([\d.]+)'")


@dataclass(frozen=True)
class LibvirtNetwork:
    """bridge: its network card on this machine. leased: the first address that it gives to a VM."""

    name: str
    bridge: str
    subnets: tuple[IPv4Network, ...]
    leased: str


@dataclass(frozen=True)
class Taken:
    """A subnet in use on this machine. by: what uses it, as a message names it."""

    subnet: IPv4Network
    by: str


def free(taken: Iterable[Taken], seed: str) -> IPv4Network | None:
    """A private /24 in which none of these lies; None if there is none.

    Another seed begins elsewhere: two projects that choose at the same time choose differently.
    """
    subnets = [one.subnet for one in taken]
    first = int(sha256(seed.encode()).hexdigest(), 16) % 8
    for candidate in (*_CANDIDATES[first:], *_CANDIDATES[:first]):
        if not any(candidate.overlaps(subnet) for subnet in subnets):
            return candidate
    return None


def address_in(subnet: IPv4Network) -> str:
    """The VM's in its network; the first one is this machine's."""
    return str(subnet[10])


def conflict(address: str, taken: Iterable[Taken]) -> Taken | None:
    """What lies in the VM's /24. None if nothing does, or if the address is a name."""
    if not re.fullmatch(r"\d+(\.\d+){3}", address):
        return None
    own = IPv4Network(f"{address}/24", strict=False)
    return next((one for one in taken if own.overlaps(one.subnet)), None)


def taken_by(networks: Iterable[LibvirtNetwork], routes: str, own: str) -> list[Taken]:
    """All subnets in use but those of the libvirt network `own`. routes: as parsed by `routed`."""
    networks = list(networks)
    bridges = {network.bridge for network in networks if network.name == own}
    others = [network for network in networks if network.name != own]
    libvirts = [
        Taken(subnet, f"libvirt's network {network.name}")
        for network in others
        for subnet in network.subnets
    ]
    # A route over a libvirt network's bridge is named after the network.
    return [*libvirts, *(taken for device, taken in routed(routes) if device not in bridges)]


def routed(routes: str) -> Iterator[tuple[str, Taken]]:
    """Answer of `ip -4 -json route show table all` -> each destination with its network card.

    This machine's own addresses are among them. The default route leads to everywhere else: no conflict.
    """
    for route in json.loads(routes):
        destination, device = str(route.get("dst", "")), str(route.get("dev", ""))
        if re.match(r"\d", destination) and destination != "0.0.0.0/0":
            over = f" over {device}" if device else ""
            subnet = IPv4Network(destination, strict=False)
            yield device, Taken(subnet, f"this machine's route to {destination}{over}")


def libvirt_network(xml: str) -> LibvirtNetwork:
    """Answer of `virsh net-dumpxml`."""
    subnets = (IPv4Network(f"{first}/{mask}", strict=False) for first, mask in _IP.findall(xml))
    return LibvirtNetwork(
        name=_first(r"<name>([^<]*)</name>", xml),
        bridge=_first(r"<bridge name='([^']*)'", xml),
        subnets=tuple(subnets),
        leased=_first(r"<range start='([\d.]+)'", xml),
    )


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found.group(1) if found else ""
