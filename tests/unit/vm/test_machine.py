"""The VM's life: which calls of Vagrant each state needs, and what is shown when one fails."""

from pathlib import Path

import pytest

from tests.unit.virtual_machine import Machine
from understudy.errors import StepFailed, Unreachable
from understudy.vm import guest

# The fixture `machine` replaces it.
WAIT_FOR_SSH = guest.wait_for_ssh


def test_new_vm_is_built_and_its_snapshot_saved(machine: Machine) -> None:
    machine.vm().up()
    assert machine.vagrant_calls() == ["box", "up"]
    assert machine.snapshots() == {"provisioned"}


def test_rebuilt_vm_has_no_snapshot_of_the_vm_before(machine: Machine) -> None:
    machine.vm().up()
    before = machine.vm().saved()
    machine.vm().destroy()
    assert machine.vm().saved() == frozenset()
    machine.vm().up()
    assert machine.vm().saved() == before


def test_vm_that_is_shut_down_is_booted_and_not_rebuilt(machine: Machine) -> None:
    machine.vm().up()
    (machine.tools / "state").write_text("shut off")
    machine.vagrant_calls()
    machine.vm().up()
    assert machine.vagrant_calls() == ["up"]


def test_running_vm_that_does_not_answer_is_left_to_vagrant(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.vm().up()
    machine.vagrant_calls()
    monkeypatch.setattr(guest, "answers", lambda _: False)
    machine.vm().up()
    assert machine.vagrant_calls() == ["up"]


def test_vm_that_plain_vagrant_destroyed_is_built_with_its_snapshot(machine: Machine) -> None:
    machine.vm().up()
    for file in (machine.tools / "state", *(machine.tools / "snapshots").iterdir()):
        file.unlink()
    machine.vagrant_calls()
    machine.vm().up()
    assert machine.vagrant_calls() == ["up"]
    assert machine.snapshots() == {"provisioned"}


def test_vm_not_built_to_the_end_is_rebuilt(machine: Machine) -> None:
    """A killed `up` leaves a machine that Vagrant knows and no snapshot of it."""
    machine.vm().up()
    (machine.project.state / "vm" / "understudy" / "snapshots.json").unlink()
    machine.vagrant_calls()
    machine.vm().up()
    assert machine.vagrant_calls() == ["destroy", "up"]


def test_vm_is_rebuilt_if_provision_changes(machine: Machine) -> None:
    machine.vm().up()
    machine.vagrant_calls()
    (machine.project.directory / "provision" / "10-all.sh").write_text("echo something else")
    machine.vm().up()
    assert machine.vagrant_calls() == ["box", "destroy", "up"]


@pytest.mark.parametrize("changes", [{"memory": 2048}, {"cpus": 1}, {"address": "192.168.56.11"}])
def test_vm_is_rebuilt_if_its_size_or_address_changes(
    changes: dict[str, object], machine: Machine
) -> None:
    machine.vm().up()
    machine.vagrant_calls()
    machine.vm(**changes).up()
    assert machine.vagrant_calls() == ["destroy", "up"]


def test_vm_is_rebuilt_if_the_vagrantfile_changes(machine: Machine) -> None:
    machine.vm().up()
    machine.vagrant_calls()
    (machine.project.directory / "Vagrantfile").write_text("# another")
    machine.vm().up()
    assert machine.vagrant_calls() == ["destroy", "up"]


def test_subnet_in_use_is_refused_before_anything_is_built(machine: Machine) -> None:
    machine.network("shop", "192.168.56.77")
    with pytest.raises(StepFailed) as raised:
        machine.vm(address="192.168.56.10").up()
    assert raised.value.cause == "192.168.56.0/24 is libvirt's network shop"
    assert "vm.address" in raised.value.hint
    assert machine.vagrant_calls() == []


def test_error_of_a_vm_that_does_not_answer_names_its_console_log(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait(*_: object) -> None:
        raise Unreachable("192.168.56.10:22 did not answer within 60 s")

    monkeypatch.setattr(guest, "wait_for_port", wait)
    monkeypatch.setattr(guest, "remember_host_key", WAIT_FOR_SSH)

    with pytest.raises(Unreachable) as raised:
        machine.vm().up()

    console = machine.project.state / "vm" / "understudy" / "console.log"
    assert raised.value.hint == f"The VM's console output is in {console}."


def test_failed_boot_says_why(machine: Machine) -> None:
    (machine.tools / "fails").write_text("up")
    (machine.tools / "says").write_text(
        "Error while activating network: Call to virNetworkCreate failed: "
        "internal error: Network is already in use by interface virbr1.\n"
        + "==> understudy:  -- Memory: 1024M\n"
        * 50
    )
    with pytest.raises(StepFailed) as raised:
        machine.vm().up()
    assert "Network is already in use by interface virbr1" in raised.value.cause
    assert "Network is already in use by interface virbr1" in raised.value.details
    assert "serial console" not in raised.value.details, "there is none yet"


def test_failed_boot_shows_the_output_of_vagrant_and_of_the_console(machine: Machine) -> None:
    vm = machine.vm()
    console = machine.project.state / "vm" / "understudy" / "console.log"
    console.write_text("Kernel panic - not syncing: no root\n")
    (machine.tools / "fails").write_text("up")
    (machine.tools / "says").write_text("Timed out while waiting for the machine to boot.\n")
    with pytest.raises(StepFailed) as raised:
        vm.up()
    assert "Timed out while waiting" in raised.value.details
    assert "Kernel panic" in raised.value.details


def test_box_that_another_project_adds_meanwhile_is_used(machine: Machine) -> None:
    """Vagrant refuses a box that is already there; its folder shows that it is."""
    add = (machine.tools / "vagrant").read_text()
    refusing = add.replace('>"$box/packages" ;;', '>"$box/packages"; exit 1 ;;')
    assert refusing != add
    (machine.tools / "vagrant").write_text(refusing)

    machine.vm().up()

    assert machine.vagrant_calls() == ["box", "up"]


def test_box_that_is_not_added_is_an_error(machine: Machine) -> None:
    (machine.tools / "fails").write_text("box")
    (machine.tools / "says").write_text("There is no space left on the device.\n")
    with pytest.raises(StepFailed, match="vagrant box add failed"):
        machine.vm().up()


def test_hint_about_a_vm_of_the_same_name_says_how_to_remove_it(machine: Machine) -> None:
    (machine.tools / "fails").write_text("up")
    (machine.tools / "says").write_text("Name `understudy` of domain about to create is taken.\n")
    with pytest.raises(StepFailed) as raised:
        machine.vm().up()
    assert "doctor" in raised.value.hint
    (machine.tools / "says").write_text("Name `understudy` of domain is already taken.\n")
    with pytest.raises(StepFailed) as raised:
        machine.vm().up()
    assert "virsh" in raised.value.hint


def virsh_calls(machine: Machine, origin: Path) -> list[str]:
    """Calls of virsh before a new VM is built, if there is a VM that was built from `origin`."""
    description = f"<domain>\n  <description>Source: {origin}</description>\n"
    (machine.tools / "dumpxml").write_text(description)
    (machine.tools / "state").write_text("running")
    machine.vm().up()
    calls = machine.virsh_calls()
    return calls[: calls.index("snapshot-list")]


def test_vm_of_a_removed_directory_is_removed(machine: Machine, tmp_path: Path) -> None:
    calls = virsh_calls(machine, tmp_path / "gone" / "Vagrantfile")
    assert calls == ["dumpxml", "dumpxml", "domstate", "destroy", "managedsave-remove", "undefine"]


def test_vm_of_another_directory_is_left_alone(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "Vagrantfile").touch()
    with pytest.raises(StepFailed) as raised:
        virsh_calls(machine, tmp_path / "Vagrantfile")
    assert raised.value.cause == f"{tmp_path} has a VM understudy, too"
    assert (
        raised.value.hint
        == "Set another vm.name in deploy.yml. For two apps on one VM: docs/vm.md."
    )
    assert machine.virsh_calls() == ["dumpxml"]
    assert machine.vagrant_calls() == []


def test_libvirt_that_does_not_answer_does_not_count_as_a_missing_vm(machine: Machine) -> None:
    machine.vm().up()
    machine.vagrant_calls()
    (machine.tools / "virsh").write_text("#!/bin/sh\necho failed to connect >&2; exit 1\n")
    with pytest.raises(Unreachable) as raised:
        machine.vm().up()
    assert "failed to connect" in raised.value.details
    assert machine.vagrant_calls() == []


@pytest.mark.parametrize("name", ["vagrant", "virsh"])
def test_missing_tool_is_an_error_with_a_hint(
    name: str, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.vm().up()
    (machine.tools / name).unlink()
    monkeypatch.setenv("PATH", str(machine.tools))
    with pytest.raises(Unreachable) as raised:
        machine.vm().destroy() if name == "vagrant" else machine.vm().down()
    assert (raised.value.summary, raised.value.hint) == (
        f"{name} is not installed",
        "python deploy.py doctor --fix",
    )
