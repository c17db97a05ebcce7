"""A container as the VM: the same life, with a boot in place of its RAM."""

from pathlib import Path

import pytest
import yaml

from tests.unit.virtual_machine import Machine
from understudy.errors import StepFailed, Unreachable
from understudy.vm import address as vm_address
from understudy.vm import guest
from understudy.vm.levels import DEPLOYED, PROVISIONED, Level

SITE = Level(DEPLOYED, "1")


@pytest.fixture
def container(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """The machine of the other tests, whose deploy.yml asks for a container."""

    def refuse(_: object) -> None:
        raise AssertionError("a container has this machine's clock")

    monkeypatch.setattr(guest, "set_clock", refuse)
    text = machine.project.config_file.read_text()
    machine.project.config_file.write_text(text.replace("provider: libvirt", "provider: lxc"))
    return machine


def test_container_is_built_and_its_snapshot_saved(container: Machine) -> None:
    container.vm().up()
    assert container.vagrant_calls() == ["box", "up"]
    assert container.snapshots() == {"provisioned"}
    assert any("shares this machine's kernel" in line for line in container.report.said)


def test_container_sleeps_by_a_shutdown_and_wakes_by_a_boot(container: Machine) -> None:
    container.vm().up()
    container.vm().down()
    assert container.state == "shut off"
    container.vagrant_calls()
    container.vm().up()
    assert (container.state, container.vagrant_calls()) == ("running", [])


def test_container_that_does_not_boot_is_left_to_vagrant(container: Machine) -> None:
    container.vm().up()
    container.vm().down()
    (container.tools / "insomnia").touch()
    container.vagrant_calls()
    container.vm().up()
    assert container.vagrant_calls() == ["up"]
    assert "did not boot within 60 s" in container.report.warnings[0]


def test_container_is_reset_to_a_level(container: Machine) -> None:
    container.vm().up()
    container.vm().save(SITE)
    container.container_calls()
    assert container.vm().reset(SITE) == SITE
    assert container.container_calls() == ["state", "restore"]
    assert container.vm().reset().name == PROVISIONED


def test_broken_snapshot_of_a_container_is_removed(container: Machine) -> None:
    container.vm().up()
    container.vm().save(SITE)
    (container.tools / "snapshots" / str(SITE)).write_text("damaged")
    assert container.vm().reset(SITE).name == PROVISIONED
    assert container.snapshots() == {"provisioned"}
    assert "no good snapshot" in container.report.warnings[0]


def test_vm_of_the_other_provider_is_replaced(container: Machine) -> None:
    settings = yaml.safe_load(container.project.config_file.read_text())
    container.vm().up()
    container.vagrant_calls()

    # Its network is no obstacle: it goes with it.
    address = vm_address.load(container.project).vm.address
    (container.tools / "containers").write_text(f"understudy lxc1234 {address}/24\n")
    settings["vm"]["provider"] = "libvirt"
    container.project.config_file.write_text(yaml.safe_dump(settings))
    container.vm().up()

    assert container.vagrant_calls() == ["box", "destroy", "up"]
    machines = container.project.directory / ".vagrant" / "machines" / "understudy"
    assert [file.parent.name for file in machines.glob("*/id")] == ["libvirt"]


def test_what_is_left_of_a_container_of_this_project_is_removed_before_the_build(
    container: Machine,
) -> None:
    (container.tools / "origin").write_text(f"{container.project.directory}\n")
    container.vm().up()
    assert "remove" in container.container_calls()


def test_container_of_another_directory_is_left_alone(container: Machine, tmp_path: Path) -> None:
    (tmp_path / "Vagrantfile").touch()
    (container.tools / "origin").write_text(f"{tmp_path}\n")
    with pytest.raises(StepFailed) as raised:
        container.vm().up()
    assert raised.value.cause == f"{tmp_path} has a VM understudy, too"
    assert container.vagrant_calls() == []
    assert "remove" not in container.container_calls()
    container.vm().destroy()
    assert "remove" not in container.container_calls()


def test_name_taken_by_another_container_says_how_to_remove_it(container: Machine) -> None:
    (container.tools / "fails").write_text("up")
    (container.tools / "says").write_text("Container understudy already exists.\n")
    with pytest.raises(StepFailed) as raised:
        container.vm().up()
    assert "sudo lxc-destroy --force --name understudy" in raised.value.hint


def test_missing_program_is_an_error_with_a_hint(container: Machine) -> None:
    container.vm().up()
    (container.project.directory / "provision" / "lxc" / "container").unlink()
    with pytest.raises(Unreachable) as raised:
        container.vm().down()
    assert raised.value.hint == "python deploy.py doctor --fix"
