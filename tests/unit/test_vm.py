"""The VM's life: what Vagrant is asked for in each state, and what is told when it fails."""

import os
import shutil
from pathlib import Path

import pytest

from tests.unit.fakes import TOP, FakeReport
from understudy import config as configuration
from understudy.errors import StepFailed, Unreachable
from understudy.project import Project
from understudy.vm import Vm

# Takes notes of its arguments; `state` and `fails` beside it say how it answers.
VAGRANT = """#!/bin/sh
cd "${0%/*}"
echo "$@" >>calls
case $1 in status) echo "1,vm,state,$(cat state 2>/dev/null || echo not_created)" ;; esac
if [ -e fails ] && [ "$1" = "$(cat fails)" ]; then cat says >&2; exit 1; fi
"""
BUILD = '#!/bin/sh\ntouch "$2" "${2%.box}.json"\n'


# `dumpxml` beside it is what libvirt knows of a VM of that name.
VIRSH = """#!/bin/sh
cd "${0%/*}"
echo "$3 $4" >>virsh-calls
if [ "$3" = dumpxml ] && [ -e dumpxml ]; then cat dumpxml; fi
"""


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a Vagrant that only takes notes, first on the PATH."""
    (tmp_path / "bin").mkdir()
    for name, text in (("vagrant", VAGRANT), ("virsh", VIRSH)):
        program = tmp_path / "bin" / name
        program.write_text(text)
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    # What needs a machine that answers: the tests on real VMs look at that.
    monkeypatch.setattr(Vm, "_remember_host_key", lambda self: None)
    monkeypatch.setattr(Vm, "_answers", lambda self: True)
    return program.parent


def make_vm(tmp_path: Path) -> Vm:
    directory = tmp_path / "project"
    build = directory / "provision" / "box" / "build"
    build.parent.mkdir(parents=True, exist_ok=True)
    build.write_text(BUILD)
    build.chmod(0o755)
    (directory / "provision" / "10-all.sh").write_text("echo all")
    shutil.copyfile(TOP / "deploy.yml", directory / "deploy.yml")
    project = Project(directory, directory / "deploy.yml")
    return Vm(project, configuration.load(project.config_file), FakeReport())


def calls(tool: Path) -> list[str]:
    """The verbs that Vagrant was asked for since the last look."""
    notes = tool / "calls"
    found = [line.split()[0] for line in notes.read_text().splitlines()] if notes.exists() else []
    notes.unlink(missing_ok=True)
    return found


def test_new_vm_is_made_and_its_snapshot_saved(tool: Path, tmp_path: Path) -> None:
    make_vm(tmp_path).up()
    assert calls(tool) == ["box", "status", "up", "snapshot"]


def test_snapshots_above_provisioned_give_way_to_the_next(tool: Path, tmp_path: Path) -> None:
    vm = make_vm(tmp_path)
    vm.up()
    vm.save("deployed-1")
    assert vm.rungs() == {"provisioned", "deployed-1"}
    calls(tool)
    vm.save("deployed-2")
    assert vm.rungs() == {"provisioned", "deployed-2"}
    assert calls(tool) == ["snapshot", "snapshot"], "one to remove, one to save"


def test_a_vm_made_anew_has_no_snapshot_of_the_one_before(tool: Path, tmp_path: Path) -> None:
    vm = make_vm(tmp_path)
    vm.up()
    vm.save("deployed-1")
    vm.destroy()
    vm.up()
    assert vm.rungs() == {"provisioned"}


def test_reset_to_a_snapshot_that_is_not_there_names_those_that_are(
    tool: Path, tmp_path: Path
) -> None:
    vm = make_vm(tmp_path)
    vm.up()
    with pytest.raises(StepFailed) as caught:
        vm.reset("deployed-1")
    assert "provisioned" in caught.value.hint


def test_vm_that_is_up_costs_no_call(tool: Path, tmp_path: Path) -> None:
    make_vm(tmp_path).up()
    calls(tool)
    make_vm(tmp_path).up()
    assert calls(tool) == []


def test_vm_that_is_down_is_booted_and_kept(
    tool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_vm(tmp_path).up()
    calls(tool)
    (tool / "state").write_text("shutoff")
    monkeypatch.setattr(Vm, "_answers", lambda self: False)
    make_vm(tmp_path).up()
    assert calls(tool)[-1] == "up"


def test_vm_that_plain_vagrant_destroyed_is_made_with_its_snapshot(
    tool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_vm(tmp_path).up()
    calls(tool)
    monkeypatch.setattr(Vm, "_answers", lambda self: False)
    make_vm(tmp_path).up()
    assert calls(tool)[-2:] == ["up", "snapshot"]


def test_half_made_vm_is_made_anew(tool: Path, tmp_path: Path) -> None:
    """A killed `up` leaves a machine that Vagrant knows and no mark that it's whole."""
    (tool / "state").write_text("running")
    make_vm(tmp_path).up()
    assert [verb for verb in calls(tool) if verb in ("destroy", "up")] == ["destroy", "up"]


def test_vm_of_another_box_is_made_anew(tool: Path, tmp_path: Path) -> None:
    vm = make_vm(tmp_path)
    vm.up()
    (tool / "state").write_text("running")
    calls(tool)
    (tmp_path / "project" / "provision" / "10-all.sh").write_text("echo something else")
    vm.up()
    assert [verb for verb in calls(tool) if verb in ("destroy", "up")] == ["destroy", "up"]


def test_failed_boot_shows_what_vagrant_and_the_console_said(tool: Path, tmp_path: Path) -> None:
    vm = make_vm(tmp_path)
    console = tmp_path / "project" / ".understudy" / "vm" / "understudy" / "console.log"
    console.write_text("Kernel panic - not syncing: no root\n")
    (tool / "fails").write_text("up")
    (tool / "says").write_text("Timed out while waiting for the machine to boot.\n")
    with pytest.raises(StepFailed) as raised:
        vm.up()
    assert "Timed out while waiting" in raised.value.details
    assert "Kernel panic" in raised.value.details


def test_vm_after_a_failed_boot_does_not_count_as_made(tool: Path, tmp_path: Path) -> None:
    vm = make_vm(tmp_path)
    (tool / "fails").write_text("up")
    (tool / "says").write_text("no\n")
    with pytest.raises(StepFailed):
        vm.up()
    (tool / "fails").unlink()
    (tool / "state").write_text("running")
    calls(tool)
    vm.up()
    assert "destroy" in calls(tool)


def test_vm_of_the_same_name_elsewhere_is_told(tool: Path, tmp_path: Path) -> None:
    (tool / "fails").write_text("up")
    (tool / "says").write_text("Name `understudy` of domain about to create is already taken.\n")
    with pytest.raises(StepFailed) as raised:
        make_vm(tmp_path).up()
    assert "virsh" in raised.value.hint


def virsh_calls(tool: Path, tmp_path: Path, origin: Path) -> list[str]:
    """What virsh is asked for by an up beside a VM that was made from `origin`."""
    (tool / "dumpxml").write_text(f"<domain>\n  <description>Source: {origin}</description>\n")
    make_vm(tmp_path).up()
    return (tool / "virsh-calls").read_text().splitlines()


def test_vm_of_a_directory_that_is_gone_is_removed(tool: Path, tmp_path: Path) -> None:
    asked = virsh_calls(tool, tmp_path, tmp_path / "gone" / "Vagrantfile")
    assert asked == ["dumpxml understudy", "destroy understudy", "undefine understudy"]


def test_vm_of_another_directory_is_left_alone(tool: Path, tmp_path: Path) -> None:
    (tmp_path / "Vagrantfile").touch()
    asked = virsh_calls(tool, tmp_path, tmp_path / "Vagrantfile")
    assert asked == ["dumpxml understudy"]


def test_reset_of_a_vm_that_is_not_there_says_how_to_make_one(tool: Path, tmp_path: Path) -> None:
    with pytest.raises(StepFailed) as raised:
        make_vm(tmp_path).reset()
    assert raised.value.hint == "python deploy.py up"
    assert calls(tool) == []


def test_missing_vagrant_is_told(
    tool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vm = make_vm(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unreachable) as raised:
        vm.destroy()
    assert raised.value.hint == "make setup"
