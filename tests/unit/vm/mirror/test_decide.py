"""What a VM takes over from a capture, what deploy.yml overrides, and what changes the box."""

import pytest

from tests.unit.mirror_samples import PRODUCTION, of, production, with_entries
from understudy.errors import ConfigError
from understudy.vm.mirror.machine import Capacity


def test_vm_has_the_release_and_size_of_production() -> None:
    found = of(production())

    assert (found.release, found.memory, found.cpus, found.notes) == ("bookworm", 4096, 4, ())


def test_settings_in_deploy_yml_win() -> None:
    vm = {"release": "bookworm", "memory": 1024, "cpus": 1}
    host = {"locale": "C.UTF-8", "timezone": "Etc/UTC"}

    found = of(production(), vm=vm, host=host)

    assert (found.memory, found.cpus) == (1024, 1)
    assert not [line for line in found.taken_over if "locale" in line or "zone" in line]


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
def test_memory_is_rounded_up_to_the_installed_memory(captured: str, memory: int) -> None:
    large = Capacity(memory=262144, cpus=8)

    assert of(with_entries("memory", total=captured), large).memory == memory


def test_vm_gets_no_more_than_this_machine_can_give() -> None:
    found = of(production(), Capacity(memory=5000, cpus=2))

    assert (found.memory, found.cpus) == (2304, 2)
    assert found.notes == (
        "production has 4096 MiB of memory, the VM 2304: half of this machine's",
        "production has 4 processors, the VM 2: as many as this machine",
    )


def test_unknown_size_is_the_default_with_a_note() -> None:
    capture = production(memory={"total": "a lot"}, cpu={"count": "-1"})

    found = of(capture)

    assert (found.memory, found.cpus) == (1024, 2)
    assert found.notes == (
        "production's memory is unknown: the VM has 1024 MiB",
        "production's number of processors is unknown: the VM has 2",
    )


def test_swap_is_limited_by_the_disk() -> None:
    found = of(with_entries("memory", swap="16 GiB"))

    assert "4096 MiB of swap" in found.taken_over
    assert found.notes == ("production has 16384 MiB of swap, the VM 4096: its disk is small",)


def test_release_follows_debian_13() -> None:
    assert of(production(os={"name": "debian 13"})).release == "trixie"


@pytest.mark.parametrize("name", ["ubuntu 25.10", "debian unstable", "fedora 42"])
def test_release_without_a_box_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=f"staging runs {name}") as raised:
        of(production(os={"name": name}))

    assert "vm.release" in raised.value.hint


def test_vm_of_another_release_has_that_releases_packages() -> None:
    found = of(production(os={"name": "ubuntu 24.04"}), vm={"release": "trixie"})

    assert (found.release, found.versions, found.install) == ("trixie", {}, ())
    assert found.notes == (
        "production runs ubuntu 24.04, the VM trixie: the VM has its own release's packages",
    )
    assert "time zone Europe/Berlin" in found.taken_over


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
def test_box_changes_with_what_it_follows(section: str, entries: dict[str, str]) -> None:
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
def test_box_stays_the_same_for_other_changes(section: str, entries: dict[str, str]) -> None:
    assert of(with_entries(section, **entries)).key == of(production()).key


def test_order_of_entries_does_not_matter() -> None:
    turned = {name: dict(reversed([*section.items()])) for name, section in PRODUCTION.items()}

    assert of(production(**turned)) == of(production())


def test_unreadable_sections_are_not_taken_over() -> None:
    unread = {"unreadable": "no dpkg-query on this host"}
    names = ("packages", "manual", "locale", "sysctl", "limits", "unit_files")

    found = of(production(**dict.fromkeys(names, unread)))

    assert (found.versions, found.install, found.sysctl) == ({}, (), {})
    assert found.notes == ("production's packages can't be read: no dpkg-query on this host",)
