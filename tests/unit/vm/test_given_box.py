"""A box that was built elsewhere: which one `vm.box` means, and how it becomes a container's."""

import os
import tarfile
from pathlib import Path

import pytest

from tests.unit.fakes import TOP
from tests.unit.mirror_samples import production
from tests.unit.virtual_machine import Machine
from understudy.errors import ConfigError, StepFailed
from understudy.paths import Project
from understudy.vm import given_box
from understudy.vm.given_box import GivenBox

URL = "https://boxes.example.com/jammy.box"


def test_name_in_a_catalog_is_left_to_vagrant(tmp_path: Path) -> None:
    name = "bento/ubuntu-24.04"
    assert given_box.given_box(name, tmp_path) == GivenBox(name)


def test_url_gets_a_name_of_its_own(tmp_path: Path) -> None:
    found = given_box.given_box(URL, tmp_path)

    assert found.url == URL
    assert found.name.startswith("understudy/box-")
    assert found.name != given_box.given_box(f"{URL}?2", tmp_path).name


def test_file_is_beside_deploy_yml_and_another_box_when_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "my.box"
    file.write_text("one")
    os.utime(file, (1, 1))
    before = given_box.given_box("my.box", tmp_path)
    assert before.url == str(file)

    file.write_text("two")

    assert given_box.given_box("./my.box", tmp_path).name != before.name


def test_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no file .*/boxes/my\.box"):
        given_box.given_box("boxes/my.box", tmp_path)


def test_container_has_understudys_own_template(tmp_path: Path) -> None:
    """Without it, lxc would unpack the box into each container, and there would be no snapshots."""
    folder = tmp_path / "lxc"
    folder.mkdir()
    (folder / "rootfs.tar.gz").write_text("root")
    (folder / "lxc-template").write_text("theirs")
    project = Project(tmp_path, tmp_path / "deploy.yml")

    with (
        given_box.container_box(project, GivenBox("a/b"), folder) as file,
        tarfile.open(file) as made,
    ):
        names = {"metadata.json", "lxc-config", "lxc-template", "rootfs.tar.gz"}
        assert set(made.getnames()) == names
        template = made.extractfile("lxc-template")
        assert template is not None
        assert template.read() == (TOP / "provision/box/lxc/lxc-template").read_bytes()


def test_vm_starts_from_the_given_box_and_builds_none(machine: Machine) -> None:
    machine.vm(box=URL).up()

    name = given_box.given_box(URL, Path()).name
    assert machine.boxes_added() == [f"add {name} {URL} --provider libvirt"]
    assert not list(machine.project.state.glob("boxes/*.json"))
    assert f'"box_name": "{name}"' in next(machine.project.state.rglob("like-*.json")).read_text()


def test_box_of_a_catalog_is_fetched_by_its_name(machine: Machine) -> None:
    machine.vm(box="bento/ubuntu-24.04").up()
    assert machine.boxes_added() == ["add bento/ubuntu-24.04 --provider libvirt"]


def test_second_up_fetches_nothing(machine: Machine) -> None:
    machine.vm(box=URL).up()
    machine.vm(box=URL).up()
    assert len(machine.boxes_added()) == 1


def test_container_starts_from_a_copy_with_the_same_root(machine: Machine) -> None:
    machine.vm(box=URL, provider="lxc").up()

    given, made = machine.boxes_added()
    assert given.startswith("add understudy/box-")
    assert given.endswith(f"{URL} --provider lxc")
    assert made.split()[2].endswith("container.box")


def test_box_of_another_provider_is_refused_with_the_key(machine: Machine) -> None:
    with pytest.raises(StepFailed, match=r"has no rootfs\.tar\.gz") as raised:
        machine.vm(box="https://example.com/libvirt", provider="lxc").up()

    assert "vm.provider: libvirt" in raised.value.hint


def test_other_provisioning_rebuilds_the_vm_of_a_given_box(machine: Machine) -> None:
    machine.vm(box=URL).up()
    machine.vagrant_calls()
    (machine.project.directory / "provision" / "10-all.sh").write_text("echo more")

    machine.vm(box=URL).up()

    assert machine.vagrant_calls() == ["destroy", "up"]


def test_fetch_that_fails_hints_at_the_provider(machine: Machine) -> None:
    (machine.tools / "fails").write_text("box")
    (machine.tools / "says").write_text("the box is for virtualbox")

    with pytest.raises(StepFailed) as raised:
        machine.vm(box=URL).up()

    assert "vm.box must be a box for libvirt" in raised.value.hint


def test_given_box_takes_over_only_the_size_of_production(machine: Machine) -> None:
    machine.capture(production(os={"name": "fedora 42"}))

    machine.vm(box=URL).up()

    assert "of production only the size" in "\n".join(machine.report.warnings)
