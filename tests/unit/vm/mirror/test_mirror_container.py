"""What a VM that is a container does not take over, because its kernel is this machine's."""

from dataclasses import replace

from tests.unit.mirror_samples import LARGE, of, production
from understudy.parity.capture.value import Capture
from understudy.vm.mirror import kernel
from understudy.vm.mirror.unmatched import shared, text, unmatched
from understudy.vm.mirror.value import Mirror

KERNEL = {"release": "6.18.1", "vm.swappiness": "60", "fs.nr_open": "1048576"}


def capture() -> Capture:
    settings = {
        "net.core.somaxconn": "512",
        "net.core.rmem_max": "8000000",
        "vm.swappiness": "10",
        "vm.nr_hugepages": "8",
        "fs.nr_open": "1048576",
        "transparent_hugepage": "never",
    }
    return production(os={"name": "debian 12", "kernel": "6.1.0-37-amd64"}, sysctl=settings)


def in_container() -> Mirror:
    return of(capture(), replace(LARGE, kernel=KERNEL))


def test_container_has_productions_settings_of_the_network() -> None:
    found = in_container()

    assert found.sysctl == {"net.core.somaxconn": "512"}
    assert found.files[kernel.SYSCTL] == "-net.core.somaxconn = 512\n"
    assert "1 kernel settings" in found.taken_over


def test_what_only_a_machine_has_stays_out_of_the_box() -> None:
    found = in_container()

    assert kernel.TMPFILES not in found.files
    assert "SWAP_MIB" not in "".join(found.files.values())
    assert not [line for line in found.taken_over if "swap" in line]


def test_each_setting_that_differs_from_this_machines_is_listed() -> None:
    assert in_container().shared == (
        "kernel: production has 6.1.0-37-amd64, this machine 6.18.1",
        "swap: production has 1 GiB, a container none of its own",
        "net.core.rmem_max: production has 8000000, this machine no such setting",
        "transparent_hugepage: production has never, this machine no such setting",
        "vm.swappiness: production has 10, this machine 60",
    )


def test_their_number_is_said_in_short() -> None:
    sentence = (
        "a container has this machine's kernel, with its own settings: 5 differ from production's"
    )

    assert shared(in_container()) == (sentence,)
    assert shared(of(capture())) == ()


def test_unmatched_file_has_the_list() -> None:
    found = in_container()

    lines = text("production.lock.yml", found, unmatched(found, {})).splitlines()

    first = lines.index("- a container has this machine's kernel, with its own settings:")
    assert lines[first + 5] == "  vm.swappiness: production has 10, this machine 60"


def test_virtual_machine_takes_all_over() -> None:
    found = of(capture())

    assert found.shared == ()
    assert found.sysctl["vm.swappiness"] == "10"
    assert kernel.TMPFILES in found.files
