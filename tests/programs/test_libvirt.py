"""Several virtual machines of libvirt: saved, restored and put to sleep together. They have no system."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration.guests import VIRSH, output
from tests.integration.staging import vm_name
from tests.unit.fakes import FakeReport
from understudy.vm import libvirt_network
from understudy.vm.guest_machine import PAUSED, RUNNING, SHUT_OFF
from understudy.vm.levels import DEPLOYED, Level
from understudy.vm.libvirt import Domain
from understudy.vm.members import at_once
from understudy.vm.snapshots import Snapshots

pytestmark = pytest.mark.needs("virsh", "qemu-img", "qemu-system-x86_64")

LEVEL = Level(DEPLOYED, "both")
XML = """<domain type='qemu'>
  <name>{name}</name><memory unit='MiB'>16</memory><os><type arch='x86_64'>hvm</type></os>
  <devices><disk type='file' device='disk'>
    <driver name='qemu' type='qcow2'/><source file='{disk}'/><target dev='vda'/>
  </disk></devices>
</domain>"""


@pytest.fixture
def domains(tmp_path: Path) -> Iterator[list[Domain]]:
    """Two, running."""
    if os.geteuid() != 0:
        pytest.skip("only root can write disks there")
    names = [vm_name(f"tiny-{number}") for number in (1, 2)]
    with ExitStack() as made:
        yield [_domain(name, tmp_path / "domain.xml", made) for name in names]


def _domain(name: str, file: Path, made: ExitStack) -> Domain:
    disk = Path("/var/lib/libvirt/images") / f"{name}.qcow2"
    output("qemu-img", "create", "-f", "qcow2", str(disk), "1M")
    made.callback(disk.unlink, missing_ok=True)
    domain = Domain(name, name)
    made.callback(domain.remove)
    file.write_text(XML.format(name=name, disk=disk))
    output(*VIRSH, "define", str(file))
    domain.start()
    return domain


@pytest.fixture
def snapshots(tmp_path: Path) -> Snapshots:
    return Snapshots(tmp_path / "snapshots.json", 2**30, FakeReport())


@pytest.fixture
def network(domains: list[Domain]) -> Iterator[str]:
    """That of both, which is off, as after a reboot of this machine."""
    name = vm_name("tiny")
    libvirt_network.ensure(name, ["10.157.10.10", "10.157.10.11"])
    yield name
    replace(domains[0], name=name).remove_remains()


def states(domains: list[Domain]) -> list[str]:
    return [domain.state() for domain in domains]


def test_a_snapshot_of_several_is_of_one_moment(
    domains: list[Domain], snapshots: Snapshots
) -> None:
    """All were paused before the first was saved, and run again."""
    snapshots.save(domains, LEVEL)

    for domain in domains:
        saved = output(*VIRSH, "snapshot-dumpxml", domain.name, str(LEVEL))
        assert f"<state>{PAUSED}</state>" in saved
    assert states(domains) == [RUNNING, RUNNING]


def test_all_run_once_they_are_restored_whatever_they_did_before(
    domains: list[Domain], snapshots: Snapshots
) -> None:
    snapshots.save(domains, LEVEL)
    domains[0].sleep()

    snapshots.restore(domains, LEVEL)

    assert states(domains) == [RUNNING, RUNNING]
    assert not any(domain.is_asleep() for domain in domains)


def test_a_sleep_keeps_the_ram_and_a_cut_of_the_power_does_not(domains: list[Domain]) -> None:
    domains[0].sleep()
    domains[1].cut_power()

    assert states(domains) == [SHUT_OFF, SHUT_OFF]
    assert [domain.is_asleep() for domain in domains] == [True, False]
    domains[0].start()
    assert states(domains) == [RUNNING, SHUT_OFF]


def test_a_snapshot_that_one_of_them_lost_is_removed_from_all(
    domains: list[Domain], snapshots: Snapshots
) -> None:
    snapshots.save(domains, LEVEL)
    output(*VIRSH, "snapshot-delete", domains[0].name, str(LEVEL))

    snapshots.remove(domains, LEVEL)

    assert [domain.snapshots() for domain in domains] == [[], []]
    assert snapshots.saved() == ()


def test_network_of_several_is_on_once_they_start(domains: list[Domain], network: str) -> None:
    both = [replace(domain, network=network) for domain in domains]
    at_once(both, lambda domain: domain.cut_power())

    at_once(both, lambda domain: domain.start())

    assert states(both) == [RUNNING, RUNNING]
    assert "Active:yes" in output(*VIRSH, "net-info", network).replace(" ", "")
