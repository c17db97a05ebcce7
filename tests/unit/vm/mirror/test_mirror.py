"""What a VM takes over from a capture, what deploy.yml says against it, and what a box follows from."""

import pytest

from tests.unit.likeness_samples import PRODUCTION, of, production, with_entries
from understudy.errors import ConfigError
from understudy.vm.mirror.machine import Room


def test_vm_has_the_release_and_the_size_of_production() -> None:
    found = of(production())

    assert (found.release, found.memory, found.cpus, found.notes) == ("bookworm", 4096, 4, ())


def test_what_deploy_yml_says_itself_wins() -> None:
    vm = {"release": "bookworm", "memory": 1024, "cpus": 1}
    host = {"locale": "C.UTF-8", "timezone": "Etc/UTC"}

    found = of(production(), vm=vm, host=host)

    assert (found.memory, found.cpus) == (1024, 1)
    assert not [line for line in found.taken if "locale" in line or "zone" in line]


@pytest.mark.parametrize(
    ("captured", "memory"),
    [
        ("480 MiB", 512),
        ("970 MiB", 1024),
        ("1.9 GiB", 2048),
        ("2.9 GiB", 3072),
        ("7.8 GiB", 8192),
        ("12 GiB", 12288),
        ("15 GiB", 16384),
        ("16 GiB", 16384),
        ("31 GiB", 32768),
        ("230 MiB", 512),
    ],
)
def test_memory_is_what_the_machine_was_made_with(captured: str, memory: int) -> None:
    large = Room(memory=262144, cpus=8)

    assert of(with_entries("memory", total=captured), large).memory == memory


def test_vm_gets_no_more_than_the_machine_has_room_for() -> None:
    found = of(production(), Room(memory=5000, cpus=2))

    assert (found.memory, found.cpus) == (2304, 2)
    assert found.notes == (
        "production has 4096 MiB of memory, the VM 2304: half of this machine's",
        "production has 4 processors, the VM 2: as many as this machine",
    )


def test_size_that_cannot_be_made_out_is_the_default_and_told() -> None:
    capture = production(memory={"total": "a lot"}, cpu={"count": "-1"})

    found = of(capture)

    assert (found.memory, found.cpus) == (1024, 2)
    assert found.notes == (
        "production's memory is unknown: the VM has 1024 MiB",
        "production's processors are unknown: the VM has 2",
    )


def test_swap_is_bounded_by_the_disk() -> None:
    found = of(with_entries("memory", swap="16 GiB"))

    assert "4096 MiB of swap" in found.taken
    assert found.notes == ("production has 16384 MiB of swap, the VM 4096: its disk is small",)


def test_debian_13_is_followed() -> None:
    assert of(production(os={"name": "debian 13"})).release == "trixie"


@pytest.mark.parametrize("name", ["ubuntu 24.04", "debian unstable", "fedora 42"])
def test_release_that_no_box_is_built_of_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=f"production runs {name}") as raised:
        of(production(os={"name": name}))

    assert "vm.release" in raised.value.hint


def test_another_release_by_deploy_yml_has_packages_of_its_own() -> None:
    found = of(production(os={"name": "ubuntu 24.04"}), vm={"release": "trixie"})

    assert (found.release, found.versions, found.install) == ("trixie", {}, ())
    assert found.notes == (
        "production runs ubuntu 24.04, and the VM trixie: its packages are the VM's own",
    )
    assert "time zone Europe/Berlin" in found.taken


@pytest.mark.parametrize(
    ("section", "entries"),
    [
        ("packages", {"nginx": "1.22.1-9+deb12u3"}),
        ("manual", {"nginx": "yes"}),
        ("time", {"zone": "Etc/UTC"}),
        ("locale", {"LC_TIME": "de_DE.UTF-8"}),
        ("memory", {"swap": "2 GiB"}),
        ("sysctl", {"net__core__somaxconn": "128"}),
        ("sysctl", {"transparent_hugepage": "always"}),
        ("limits", {"systemd__DefaultLimitNOFILE": "4096"}),
    ],
)
def test_box_is_another_by_what_it_follows(section: str, entries: dict[str, str]) -> None:
    assert of(with_entries(section, **entries)).key != of(production()).key


@pytest.mark.parametrize(
    ("section", "entries"),
    [
        ("observed", {"free space on /": "under 10 %"}),
        ("os", {"kernel": "6.1.0-99"}),
        ("packages", {"linux-image-amd64": "6.1.150-1"}),
        ("units", {"nginx.service": "enabled"}),
        ("sysctl", {"vm__nr_hugepages": "4000"}),
        ("memory", {"total": "7.8 GiB"}),
    ],
)
def test_box_is_the_same_for_all_else(section: str, entries: dict[str, str]) -> None:
    assert of(with_entries(section, **entries)).key == of(production()).key


def test_order_of_entries_is_no_change() -> None:
    turned = {name: dict(reversed([*section.items()])) for name, section in PRODUCTION.items()}

    assert of(production(**turned)) == of(production())


def test_sections_that_could_not_be_read_are_left_to_the_vm() -> None:
    unread = {"unreadable": "no dpkg-query on this host"}
    names = ("packages", "manual", "locale", "sysctl", "limits", "unit_files")

    found = of(production(**dict.fromkeys(names, unread)))

    assert (found.versions, found.install, found.sysctl) == ({}, (), {})
    assert found.notes == ("production's packages can't be read: no dpkg-query on this host",)
