"""A second project on the same machine runs beside the first, or is refused with the reason."""

from pathlib import Path
from typing import Any

import pytest

from tests.integration.site import Site
from tests.integration.staging import PROJECT, Staging, make_app, vm_name

pytestmark = pytest.mark.timeout(1800)


def second(directory: Path, **vm: str) -> Staging:
    def change(settings: dict[str, Any]) -> None:
        settings["vm"] |= {"name": vm_name("second"), **vm}
        settings["targets"]["vagrant"]["known_hosts"] = str(directory / "known_hosts")

    return make_app(PROJECT / "example", directory, change)


def test_subnet_of_another_vm_is_refused_and_doctor_shows_it(
    vm: None, staging: Staging, tmp_path: Path
) -> None:
    beside = staging.address.rpartition(".")[0] + ".77"
    other = second(tmp_path, address=beside)

    up, doctor = other.deploy_py("up"), other.deploy_py("doctor")

    other.deploy_py("destroy", "--yes")
    assert up.code == 1
    assert f"{staging.provider}'s network {staging.vm}" in up.text.partition("cause:")[2]
    assert "vm.address" in up.text.partition("try:")[2]
    assert doctor.code == 4
    assert f"which is {staging.provider}'s network {staging.vm}" in doctor.text


@pytest.mark.long
def test_two_projects_are_up_and_deployed_to_side_by_side(healthy: Site, tmp_path: Path) -> None:
    other = second(tmp_path)
    try:
        assert other.deploy_py("up").code == 0
        assert other.deploy_py("deploy").code == 0
        healthy.retitle("the first one")
        assert healthy.deploy().code == 0
        assert Site(other).title() == "Little Lists"
        assert healthy.title() == "the first one"
        assert other.address != healthy.staging.address
    finally:
        other.deploy_py("destroy", "--yes")
