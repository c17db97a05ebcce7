"""The VM's address: chosen once, kept, and read from where it is set."""

import json
from ipaddress import IPv4Network

import pytest
import yaml

from tests.unit.virtual_machine import Machine
from understudy.cli import doctor
from understudy.config import model as configuration
from understudy.config.model import Config
from understudy.errors import ConfigError, StepFailed, Unreachable
from understudy.testing.site import site_of
from understudy.vm import address as vm_address
from understudy.vm import new_address
from understudy.vm.reservation import reserved


def rewrite(machine: Machine, vm: dict[str, object], target: dict[str, object]) -> None:
    settings = yaml.safe_load(machine.project.config_file.read_text())
    settings["vm"] |= vm
    settings["targets"]["vagrant"] |= target
    machine.project.config_file.write_text(yaml.safe_dump(settings))


def addresses(config: Config) -> tuple[str, str]:
    return config.vm.address, config.one_host("vagrant").address


def chosen(machine: Machine) -> str:
    with new_address.chosen(machine.project):
        pass
    first, second = addresses(vm_address.load(machine.project))
    assert first == second
    return first


def test_vm_has_no_address_before_the_first_up_and_the_error_says_so(machine: Machine) -> None:
    with pytest.raises(Unreachable) as raised:
        site_of(vm_address.load(machine.project), "vagrant")
    assert raised.value.summary == "vagrant has no address yet"
    assert "up" in raised.value.hint


def test_address_of_a_built_vm_is_kept_even_if_its_subnet_is_used_by_then(machine: Machine) -> None:
    address = chosen(machine)
    machine.vm().up()
    machine.routes("192.168.56.0/21")
    assert chosen(machine) == address


def test_address_of_a_vm_that_is_gone_is_chosen_again_if_its_subnet_is_used(
    machine: Machine,
) -> None:
    address = chosen(machine)
    machine.vm().up()
    (machine.tools / "state").unlink()
    assert chosen(machine) == address
    machine.network("another", address)
    assert chosen(machine) != address


def test_address_whose_subnet_was_taken_before_the_vm_was_built_is_chosen_again(
    machine: Machine,
) -> None:
    address = chosen(machine)
    assert chosen(machine) == address
    machine.network("another", address)
    assert chosen(machine) != address


def test_subnet_that_another_run_has_chosen_is_not_chosen_while_its_vm_is_built(
    machine: Machine,
) -> None:
    address = chosen(machine)
    with reserved(IPv4Network(f"{address}/24", strict=False)) as is_free:
        assert is_free
        assert chosen(machine) != address


def test_subnet_is_reserved_as_long_as_the_vm_is_built_and_no_longer(machine: Machine) -> None:
    with new_address.chosen(machine.project):
        subnet = IPv4Network(f"{vm_address.load(machine.project).vm.address}/24", strict=False)
        with reserved(subnet) as is_free:
            assert not is_free
    with reserved(subnet) as is_free:
        assert is_free


def test_chosen_address_avoids_routes_and_other_networks(machine: Machine) -> None:
    machine.routes("192.168.56.0/22", "192.168.60.0/24", "192.168.61.9")
    machine.network("another", "192.168.62.10")
    assert chosen(machine) == "192.168.63.10"


def test_existing_vm_keeps_the_address_of_its_network(machine: Machine) -> None:
    machine.network("understudy", "192.168.56.10")
    machine.routes("192.168.56.0/24")
    assert chosen(machine) == "192.168.56.10"


@pytest.mark.parametrize(
    ("vm", "target"),
    [
        ({"address": "10.1.2.3"}, {}),
        ({}, {"address": "10.1.2.3"}),
        ({"address": "10.1.2.3"}, {"address": "10.1.2.3"}),
    ],
)
def test_address_in_deploy_yml_wins_in_either_place(
    vm: dict[str, object], target: dict[str, object], machine: Machine
) -> None:
    chosen(machine)
    rewrite(machine, vm, target)
    assert chosen(machine) == "10.1.2.3"


def test_chosen_address_avoids_containers_also_those_that_are_off(machine: Machine) -> None:
    (machine.tools / "containers").write_text("shop lxc1234 192.168.56.10/24\n")
    machine.routes("192.168.57.0/24", "192.168.58.0/23", "192.168.60.0/23", "192.168.62.0/24")
    assert chosen(machine) == "192.168.63.10"


def test_container_with_the_vms_name_is_another_vm(machine: Machine) -> None:
    (machine.tools / "containers").write_text("understudy lxc1234 192.168.56.10/24\n")
    assert chosen(machine) != "192.168.56.10"


def test_vm_rebuilt_after_destroy_may_get_another_address(machine: Machine) -> None:
    machine.vm().up()
    machine.vm().destroy()
    machine.routes("192.168.56.0/21")
    assert not chosen(machine).startswith(tuple(f"192.168.{number}." for number in range(56, 64)))


def test_destroy_removes_the_network_that_a_failed_start_left(machine: Machine) -> None:
    machine.network("understudy", "192.168.56.10")
    machine.vm().destroy()
    assert list((machine.tools / "networks").iterdir()) == []


def test_machine_without_a_free_subnet_is_an_error(machine: Machine) -> None:
    machine.routes("192.168.0.0/16", "172.16.0.0/12")
    with pytest.raises(StepFailed) as raised, new_address.chosen(machine.project):
        pass
    assert "no free private subnet" in raised.value.summary


def test_chosen_address_is_written_where_the_vagrantfile_reads_it(machine: Machine) -> None:
    kept = machine.project.state / "vm" / "understudy" / "network.json"
    address = chosen(machine)
    assert json.loads(kept.read_text()) == {"address": address}


def test_only_a_disposable_target_may_be_without_an_address(machine: Machine) -> None:
    text = machine.project.config_file.read_text()
    with pytest.raises(ConfigError) as raised:
        configuration.parse(text.replace("    address: todo.example.com", "    #"))
    assert "targets.production.address: missing" in raised.value.details


def test_doctor_shows_what_else_uses_the_subnet(machine: Machine) -> None:
    rewrite(machine, {"address": "192.168.56.20"}, {})
    config = vm_address.load(machine.project)
    assert doctor._vm_address(machine.project, config).fix == ""
    machine.network("shop", "192.168.56.10")
    found = doctor._vm_address(machine.project, config)
    assert found.seen == "192.168.56.20 lies in 192.168.56.0/24, which is libvirt's network shop"
    assert "deploy.py destroy" in found.fix


def test_doctor_shows_another_projects_vm_of_the_same_name(machine: Machine) -> None:
    for origin, problem in ((machine.project.directory, False), (machine.tools, True)):
        (machine.tools / "Vagrantfile").touch()
        description = f"<domain>\n  <description>Source: {origin}/Vagrantfile</description>\n"
        (machine.tools / "dumpxml").write_text(description)
        (machine.tools / "state").write_text("running")
        config = vm_address.load(machine.project)
        found = doctor._vm_name(machine.project, config, "libvirt")
        assert bool(found.fix) == problem
    assert found.seen == f"{machine.tools} has a VM understudy, too"


def test_vm_with_https_has_an_issuer_of_its_own_once_it_has_an_address(machine: Machine) -> None:
    rewrite(machine, {}, {"https": "auto"})
    before = vm_address.load(machine.project).target("vagrant").acme
    address = chosen(machine)
    acme = vm_address.load(machine.project).target("vagrant").acme

    assert before.ca is None
    assert acme.directory.startswith(f"https://{address.removesuffix('10')}1:")
    # Hosts get it when they ask for a certificate.
    assert acme.ca
    assert "BEGIN CERTIFICATE" in acme.ca.read_text()


def test_vm_with_productions_topology_has_a_host_for_each(machine: Machine) -> None:
    hosts = [
        {"address": "203.0.113.7", "roles": ["web", "worker"]},
        {"address": "203.0.113.9", "roles": ["database"]},
    ]
    settings = yaml.safe_load(machine.project.config_file.read_text())
    settings["app"] |= {"database": "postgresql"}
    settings["vm"]["topology"] = "production"
    del settings["targets"]["production"]["address"]
    settings["targets"]["production"]["hosts"] = hosts
    machine.project.config_file.write_text(yaml.safe_dump(settings))

    with new_address.chosen(machine.project):
        pass
    config = vm_address.load(machine.project)

    first = config.vm.address
    assert first.endswith(".10")
    found = [(host.address, host.roles) for host in config.targets["vagrant"].host_list]
    assert found == [
        (first, ("web", "worker")),
        (first.removesuffix("10") + "11", ("database",)),
    ]
