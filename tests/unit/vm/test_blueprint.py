"""What the VM is built from decides when it is rebuilt."""

from pathlib import Path

import pytest

from tests.unit.fakes import FakeReport, config
from tests.unit.repositories import write
from understudy.config.machines import Vm
from understudy.job import Job
from understudy.paths import Project
from understudy.vm.blueprint import Blueprint
from understudy.vm.levels import Level


@pytest.mark.parametrize(("provider", "is_rebuilt"), [("lxc", True), ("libvirt", False)])
def test_container_is_rebuilt_if_the_installed_understudy_moved(
    provider: str, is_rebuilt: bool, tmp_path: Path
) -> None:
    """Its settings name programs there."""

    def level(resources: Path) -> Level:
        vm = Vm.model_validate({"provider": provider})
        job_config = config().model_copy(update={"vm": vm})
        project = Project(tmp_path / "app", tmp_path / "app" / "deploy.yml", resources)
        return Blueprint(Job(project, job_config, "staging", FakeReport())).level

    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        write(folder, {"Vagrantfile": "", "provision/10-a.sh": "", "provision/box/build": ""})

    assert (level(first) != level(second)) is is_rebuilt
    assert level(first) == level(first)
