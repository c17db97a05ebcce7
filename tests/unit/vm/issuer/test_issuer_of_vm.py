"""The VM's issuer in the VM's life: reported before anything is built, its roots gone with the VM."""

import pytest
import yaml

from tests.unit.virtual_machine import Machine
from understudy.errors import Unreachable
from understudy.vm.issuer import files as issuer_files
from understudy.vm.issuer import roots


@pytest.fixture
def secure(machine: Machine) -> Machine:
    """Whose VM has `https: auto`, on a machine with dpkg."""
    settings = yaml.safe_load(machine.project.config_file.read_text())
    settings["targets"]["vagrant"] |= {"https": "auto"}
    machine.project.config_file.write_text(yaml.safe_dump(settings))
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
