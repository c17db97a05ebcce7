"""Which subnet is free: one that overlaps with none of this machine's, wherever the search starts."""

import json
from ipaddress import IPv4Network

import pytest

from understudy.vm import subnets
from understudy.vm.subnets import UsedSubnet

SEEDS = [f"/home/ann/project{number}" for number in range(16)]

XML = """<network connections='1' ipv6='yes'>
  <name>shop</name>
  <uuid>9d0dbb0e-1c13-41fb-a3c2-97b6d68218dc</uuid>
  <bridge name='virbr1' stp='off' delay='0'/>
  <ip address='192.168.56.1' netmask='255.255.255.0'>
    <dhcp>
      <range start='192.168.56.10' end='192.168.56.10'/>
    </dhcp>
  </ip>
  <ip family='ipv6' address='fd00::1' prefix='64'/>
</network>
"""
OTHER = XML.replace("shop", "other").replace("virbr1", "virbr2").replace("168.56", "168.57")


def first(in_use: list[UsedSubnet], seed: str) -> IPv4Network | None:
    return next(subnets.free(in_use, seed), None)


def used(*networks: str) -> list[UsedSubnet]:
    return [UsedSubnet(IPv4Network(network), "a test") for network in networks]


@pytest.mark.parametrize("seed", SEEDS)
def test_free_subnet_is_private_and_overlaps_with_none_in_use(seed: str) -> None:
    others = used("192.168.56.0/24", "192.168.57.128/25", "192.168.58.7/32", "192.168.60.0/22")

    found = first(others, seed)

    assert found is not None
    assert found.is_private
    assert not any(found.overlaps(other.subnet) for other in others)


def test_search_starts_at_a_place_fixed_for_each_project() -> None:
    assert len({first([], seed) for seed in SEEDS}) > 1
    assert {first([], SEEDS[0]) for _ in range(3)} == {first([], SEEDS[0])}


def test_projects_choose_differently_also_where_the_first_ones_are_used() -> None:
    """Until its VM is built, a subnet that another project has chosen is not in use."""
    first_eight = used("192.168.56.0/21")

    assert len({first(first_eight, seed) for seed in SEEDS}) == len(SEEDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_subnets_that_virtualbox_allows_come_first(seed: str) -> None:
    found = first([], seed)
    assert found is not None
    assert found.subnet_of(IPv4Network("192.168.56.0/21"))


def test_subnet_is_found_beside_a_vpn_that_routes_all_of_192_168() -> None:
    found = first(used("192.168.0.0/16"), "x")
    assert found is not None
    assert found.subnet_of(IPv4Network("172.16.0.0/12"))


def test_no_subnet_is_found_if_all_are_used() -> None:
    assert first(used("192.168.0.0/16", "172.16.0.0/12"), "x") is None


def test_routes_and_own_addresses_count_but_not_the_default_route() -> None:
    routes = [
        {"dst": "default", "gateway": "192.0.2.1", "dev": "eth0"},
        {"dst": "10.8.0.0/16", "dev": "tun0"},
        {"type": "local", "dst": "192.168.58.4", "dev": "eth1", "table": "local"},
        {"type": "unreachable", "dst": "192.168.99.0/24"},
    ]

    found = [subnet for _, subnet in subnets.routed(json.dumps(routes))]

    assert [str(one.subnet) for one in found] == [
        "10.8.0.0/16",
        "192.168.58.4/32",
        "192.168.99.0/24",
    ]
    assert found[0].by == "this machine's route to 10.8.0.0/16 over tun0"


def test_libvirt_network_is_read_from_its_xml() -> None:
    found = subnets.libvirt_network(XML)

    assert (found.name, found.interface, found.leased) == ("shop", "virbr1", "192.168.56.10")
    assert found.subnets == (IPv4Network("192.168.56.0/24"),)


def test_container_network_is_read_from_a_line() -> None:
    [found] = subnets.container_networks("shop lxc12345678 192.168.56.10/24\n")

    assert (found.name, found.interface, found.leased) == ("shop", "lxc12345678", "192.168.56.10")
    assert found.subnets == (IPv4Network("192.168.56.0/24"),)
    assert str(found) == "lxc's network shop"


def test_vms_own_network_is_no_conflict() -> None:
    networks = [subnets.libvirt_network(XML), subnets.libvirt_network(OTHER)]
    routes = json.dumps(
        [{"dst": "192.168.56.0/24", "dev": "virbr1"}, {"dst": "192.168.57.0/24", "dev": "virbr2"}]
    )
    in_use = subnets.used_subnets(networks, routes, "libvirt", ("shop",))

    assert subnets.conflict("192.168.56.10", in_use) is None
    found = subnets.conflict("192.168.57.20", in_use)
    assert found is not None
    assert found.by == "libvirt's network other"


def test_name_instead_of_an_address_has_no_conflict() -> None:
    assert subnets.conflict("vm.example.com", used("192.168.56.0/24")) is None
