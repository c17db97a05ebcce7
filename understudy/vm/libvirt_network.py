"""The network of several VMs: each gets its own address by its MAC address, as the Vagrantfile sets it."""

from collections.abc import Sequence
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import TemporaryDirectory

from understudy.vm.issuer.settings import gateway
from understudy.vm.libvirt import networks, virsh


def ensure(name: str, addresses: Sequence[str]) -> None:
    """Defines it in libvirt, unless it is there. Vagrant itself would make one that leases a single address."""
    if name in (network.name for network in networks()):
        return
    with TemporaryDirectory(prefix="understudy-") as folder:
        file = Path(folder) / "network.xml"
        file.write_text(xml(name, addresses))
        virsh("net-define", str(file))


def xml(name: str, addresses: Sequence[str]) -> str:
    """See https://libvirt.org/formatnetwork.html."""
    hosts = "".join(f"<host mac='{_mac(one)}' ip='{one}'/>" for one in addresses)
    leased = f"<range start='{addresses[0]}' end='{addresses[-1]}'/>"
    here = f"<ip address='{gateway(addresses[0])}' netmask='255.255.255.0'>"
    return (
        f"<network><name>{name}</name><forward mode='nat'/><bridge stp='off'/>"
        f"{here}<dhcp>{leased}{hosts}</dhcp></ip></network>\n"
    )


def _mac(address: str) -> str:
    return ":".join(
        ("52", "54", "00", *(f"{part:02x}" for part in IPv4Address(address).packed[1:]))
    )
