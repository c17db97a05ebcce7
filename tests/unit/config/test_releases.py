"""The table of releases, and the programs of the box build that know the same ones."""

import subprocess
from pathlib import Path
from typing import get_args

import pytest

from tests.unit.fakes import TOP
from understudy.config import releases
from understudy.config.machines import Vm
from understudy.config.releases import RELEASES, ReleaseName

BOX = TOP / "provision" / "box"


def printed(program: str, *words: str) -> list[str]:
    done = subprocess.run([BOX / program, *words], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_each_release_of_deploy_yml_is_in_the_table() -> None:
    assert tuple(RELEASES) == get_args(ReleaseName)


@pytest.mark.parametrize("name", RELEASES)
def test_captures_name_leads_to_the_release(name: str) -> None:
    assert releases.of_system(RELEASES[name].system) == name


@pytest.mark.parametrize("name", RELEASES)
def test_box_has_updates_of_its_release(name: str) -> None:
    suites = [line.split()[2] for line in printed("sources", name)]
    assert suites == [name, f"{name}-updates", f"{name}-security"]


@pytest.mark.parametrize("name", RELEASES)
def test_box_has_packages_of_its_family(name: str) -> None:
    ubuntus = RELEASES[name].family == "ubuntu"
    kernel = "linux-image-virtual" if ubuntus else "linux-image-cloud-amd64"
    found = printed("packages", name)
    assert (found[0], "openssh-server" in found) == (kernel, True)
    # Ubuntu 22.04 has it in the package systemd.
    assert ("systemd-resolved" in found) == (name != "jammy")


def test_mirror_is_used_for_all_of_the_archive() -> None:
    assert {
        line.split()[1] for line in printed("sources", "noble", "http://example.com/ubuntu")
    } == {"http://example.com/ubuntu"}
    assert [
        line.split()[1] for line in printed("sources", "trixie", "http://example.com/debian")
    ] == [
        "http://example.com/debian",
        "http://example.com/debian",
        "http://example.com/debian-security",
    ]


@pytest.mark.parametrize("mirror", ["ftp://example.com/debian", "http://a b", "http://a/\ndeb x"])
def test_mirror_cannot_add_a_line_to_apts_sources(mirror: str) -> None:
    with pytest.raises(ValueError, match="URL of an archive"):
        Vm.model_validate({"mirror": mirror})


def test_missing_keyring_is_named_with_its_package(tmp_path: Path) -> None:
    """Before anything is fetched; run where Ubuntu's keys are not installed."""
    if Path("/usr/share/keyrings/ubuntu-archive-keyring.gpg").exists():
        pytest.skip("this machine has Ubuntu's keys")
    command = [str(BOX / "build"), "noble", str(tmp_path / "a.box"), "1.0"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    if "needs root" in done.stderr:
        pytest.skip("the build needs root")
    assert "ubuntu-keyring" in done.stderr
