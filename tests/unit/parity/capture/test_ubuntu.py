"""What a capture keeps of Ubuntu, and which box follows from it.

os-release is as hosts of each release print it, from public records of them.
"""

import pytest

from tests.unit.capture_samples import captured
from tests.unit.mirror_samples import of, production
from understudy.commands import answers
from understudy.config.releases import RELEASES
from understudy.host.fingerprint import upstream

NAMES = {
    "jammy": ("22.04", "22.04.5 LTS (Jammy Jellyfish)", "bookworm/sid"),
    "noble": ("24.04", "24.04.5 LTS (Noble Numbat)", "trixie/sid"),
    "resolute": ("26.04", "26.04.1 LTS (Resolute Raccoon)", "forky/sid"),
}


def os_section(name: str) -> str:
    version_id, version, debian = NAMES[name]
    lines = (f'VERSION_ID="{version_id}"', f'VERSION="{version}"', "ID=ubuntu", "ID_LIKE=debian")
    release = "\n".join(f"/etc/os-release\t{line}" for line in lines)
    return f"{release}\n/etc/debian_version\t{debian}\nmachine\tx86_64"


@pytest.mark.parametrize("name", NAMES)
def test_release_and_point_release_are_ubuntus_own(name: str) -> None:
    kept = captured(os=os_section(name)).sections["os"]

    assert (kept["name"], kept["point release"]) == (RELEASES[name].system, NAMES[name][1])


@pytest.mark.parametrize("name", NAMES)
def test_box_is_of_productions_ubuntu(name: str) -> None:
    system = captured(os=os_section(name)).sections["os"]

    found = of(production(os=system))

    assert (found.release, found.notes) == (name, ())
    assert "nginx" in found.versions


def test_snaps_do_not_count_as_changes_of_a_host() -> None:
    """snapd updates them by itself, and names each mount by its revision."""
    mount = "/etc/systemd/system/snap-core22-1748.mount"
    wants = "/etc/systemd/system/snapd.mounts.target.wants/snap-core22-1748.mount"
    found = captured(
        units=f"link\tsnap-core22-1748.mount\t{wants}\t{mount}",
        unit_files=f"{mount}\t[Mount]\n{mount}\tWhat=/var/lib/snapd/snaps/core22_1748.snap",
    ).sections

    assert (found["units"], found["unit_files"]) == ({}, {})


def test_what_belongs_to_an_ubuntu_server_alone_is_left_out() -> None:
    names = ("snapd", "ubuntu-server", "ubuntu-pro-client", "landscape-common", "netplan.io")
    versions = dict.fromkeys(names, "1.0") | {"redis-server": "7.0"}

    found = of(
        production(
            os={"name": "ubuntu 24.04"}, packages=versions, manual=dict.fromkeys(versions, "yes")
        )
    )

    assert found.install == ("redis-server",)


@pytest.mark.parametrize(
    ("version", "main"),
    [
        # As published: of Ubuntu's package index, and of a public list of what is on a machine of 24.04.
        ("18.4-0ubuntu0.26.04.1", "18.4"),
        ("255.4-1ubuntu8.17", "255.4"),
        ("1:9.6p1-3ubuntu13.18", "9.6p1"),
        ("249.11-0ubuntu3.22", "249.11"),
    ],
)
def test_ubuntus_revision_is_not_part_of_the_upstream_version(version: str, main: str) -> None:
    """So a security update of Ubuntu doesn't ask for a new rehearsal."""
    assert upstream(version) == main


def test_exact_python_is_read_from_ubuntus_packages() -> None:
    assert answers.exact_python("3.12", "3.12.3-1ubuntu0.8") == "3.12.3"
