"""The VM's issuer in the VM's life: reported before anything is built, its roots gone with the VM."""

import json

import pytest
import yaml

from tests.unit.virtual_machine import Machine
from understudy.errors import StepFailed, Unreachable
from understudy.vm import address as vm_address
from understudy.vm.issuer import files as issuer_files
from understudy.vm.issuer import pebble, roots, settings


@pytest.fixture
def secure(machine: Machine) -> Machine:
    """Whose VM has `https: auto`, on a machine with dpkg."""
    given = yaml.safe_load(machine.project.config_file.read_text())
    given["targets"]["vagrant"] |= {"https": "auto"}
    machine.project.config_file.write_text(yaml.safe_dump(given))
    install(machine, "dpkg-query", "printf 2.4.0-1")
    return machine


def install(machine: Machine, name: str, line: str) -> None:
    program = machine.tools / name
    program.write_text(f"#!/bin/sh\n{line}\n")
    program.chmod(0o755)


def test_up_reports_pebbles_version(secure: Machine) -> None:
    install(secure, "pebble", "")
    secure.vm().up()

    assert any("Pebble 2.4.0-1" in line for line in secure.report.said)
    assert secure.report.attached["issuer"] == {"name": "Pebble", "version": "2.4.0-1"}


def test_missing_pebble_is_known_before_anything_is_built(
    secure: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    vm = secure.vm()
    secure.vagrant_calls()
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(Unreachable) as raised:
        vm.up()

    assert "pebble" in raised.value.summary
    assert "doctor --fix" in raised.value.hint
    assert secure.vagrant_calls() == []


def test_vm_without_https_speaks_of_no_issuer(machine: Machine) -> None:
    machine.vm().up()
    assert not any("Pebble" in line for line in machine.report.said)


@pytest.fixture
def several(secure: Machine) -> Machine:
    """One machine for each host of production: a proxy, and a web host behind it."""
    given = yaml.safe_load(secure.project.config_file.read_text())
    given["app"] |= {"database": "postgresql"}
    given["vm"]["topology"] = "production"
    del given["targets"]["production"]["address"]
    given["targets"]["production"]["hosts"] = [
        {"address": "203.0.113.7", "roles": ["web", "worker", "database"]},
        {"address": "203.0.113.6", "roles": ["proxy"]},
    ]
    secure.project.config_file.write_text(yaml.safe_dump(given))
    return secure


def test_several_machines_have_an_issuer_that_finds_the_one_that_visitors_meet(
    several: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr(pebble, "_has_address", lambda _: True)
    vm = several.vm()
    first, *others = vm_address.load(several.project).target("vagrant").host_list
    with pytest.raises(Unreachable) as raised:
        vm.up()
    with pytest.raises(Unreachable), vm.issuer:
        vm.issuer.ensure()

    assert "pebble" in raised.value.summary
    files = issuer_files.of_vm(several.project, "understudy")
    listens = json.loads(files.settings.read_text())["pebble"]["listenAddress"]
    assert listens == settings.gateway(first.address) + ":14000"
    assert (first.roles, len(others)) == (("proxy",), 1)


@pytest.mark.parametrize("kind", ["secure", "several"])
def test_vm_that_is_up_without_a_way_to_its_issuer_is_an_error(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine: Machine = request.getfixturevalue(kind)
    monkeypatch.setattr(pebble, "_has_address", lambda _: False)
    vm = machine.vm()
    gateway = settings.gateway(vm_address.kept(machine.project, "understudy"))
    with pytest.raises(StepFailed) as raised:
        vm.issuer.ensure()

    assert "issuer" in raised.value.summary
    assert f"no address {gateway}," in raised.value.details
    assert "`python deploy.py destroy`" in raised.value.hint
    # A verb on a VM that is down says that itself.
    vm.issuer.start()


def test_roots_are_gone_with_the_vm(secure: Machine) -> None:
    install(secure, "pebble", "")
    secure.vm().up()
    files = issuer_files.of_vm(secure.project, "understudy")
    roots.keep(files, "a root")
    ca = files.ca.read_text()
    secure.vm().up()
    assert files.roots.exists()
    secure.vm().destroy()
    assert not files.roots.exists()
    assert files.ca.read_text() == ca
