"""Which subnet is free: one that overlaps with nothing of this machine, wherever the choice begins."""

import json
from ipaddress import IPv4Network

import pytest

from understudy.vm import subnets
from understudy.vm.subnets import Taken

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


def taken(*networks: str) -> list[Taken]:
    return [Taken(IPv4Network(network), "a test") for network in networks]


@pytest.mark.parametrize("seed", SEEDS)
def test_free_one_is_private_and_apart_from_all_that_are_taken(seed: str) -> None:
    others = taken("192.168.56.0/24", "192.168.57.128/25", "192.168.58.7/32", "192.168.60.0/22")

    found = subnets.free(others, seed)

    assert found is not None
    assert found.is_private
    assert not any(found.overlaps(other.subnet) for other in others)


def test_each_project_begins_elsewhere_and_always_there() -> None:
    assert len({subnets.free([], seed) for seed in SEEDS}) > 1
    assert {subnets.free([], SEEDS[0]) for _ in range(3)} == {subnets.free([], SEEDS[0])}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_are_those_that_virtualbox_takes(seed: str) -> None:
    found = subnets.free([], seed)
    assert found is not None
    assert found.subnet_of(IPv4Network("192.168.56.0/21"))


def test_vpn_that_routes_all_of_192_168_leaves_others() -> None:
    found = subnets.free(taken("192.168.0.0/16"), "x")
    assert found is not None
    assert found.subnet_of(IPv4Network("172.16.0.0/12"))


def test_without_a_free_one_there_is_none() -> None:
    assert subnets.free(taken("192.168.0.0/16", "172.16.0.0/12"), "x") is None


def test_routes_and_own_addresses_count_and_the_default_route_does_not() -> None:
    routes = [
        {"dst": "default", "gateway": "192.0.2.1", "dev": "eth0"},
        {"dst": "10.8.0.0/16", "dev": "tun0"},
        {"type": "local", "dst": "192.168.58.4", "dev": "eth1", "table": "local"},
        {"type": "unreachable", "dst": "192.168.99.0/24"},
    ]

    found = [taken for _, taken in subnets.routed(json.dumps(routes))]

    assert [str(one.subnet) for one in found] == [
        "10.8.0.0/16",
        "192.168.58.4/32",
        "192.168.99.0/24",
    ]
    assert found[0].by == "this machine's route to 10.8.0.0/16 over tun0"


def test_network_of_libvirt() -> None:
    found = subnets.libvirt_network(XML)

    assert (found.name, found.bridge, found.leased) == ("shop", "virbr1", "192.168.56.10")
    assert found.subnets == (IPv4Network("192.168.56.0/24"),)


def test_what_the_vms_own_network_takes_is_no_conflict() -> None:
    networks = [subnets.libvirt_network(XML), subnets.libvirt_network(OTHER)]
    routes = json.dumps(
        [{"dst": "192.168.56.0/24", "dev": "virbr1"}, {"dst": "192.168.57.0/24", "dev": "virbr2"}]
    )
    all_taken = subnets.taken_by(networks, routes, own="shop")

    assert subnets.conflict("192.168.56.10", all_taken) is None
    found = subnets.conflict("192.168.57.20", all_taken)
    assert found is not None
    assert found.by == "libvirt's network other"


def test_name_instead_of_an_address_is_in_no_conflict() -> None:
    assert subnets.conflict("vm.example.com", taken("192.168.56.0/24")) is None
