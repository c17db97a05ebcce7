"""The virtual machine, also where the other tests run in a container: its boot, RAM, clock and box.

Without KVM it is emulated, and slow: only what a container does not have is here, and one rehearsal.
"""

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.guests import VIRSH, Domain, output
from tests.integration.site import Site
from tests.integration.staging import PROJECT, Staging, make_app, run, vm_name
from understudy.vm import levels
from understudy.vm.levels import DEPLOYED, PROVISIONED, Level

pytestmark = pytest.mark.timeout(1800)

HEALTHY = Level(DEPLOYED, "machine")
WITHOUT_RAM = Level(DEPLOYED, "off")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staging]:
    """Up, from nothing."""
    directory = tmp_path_factory.mktemp("machine")

    def change(settings: dict[str, Any]) -> None:
        settings["vm"] |= {"name": vm_name("machine"), "provider": "libvirt"}
        settings["targets"]["vagrant"]["known_hosts"] = str(directory / "known_hosts")

    staging = make_app(PROJECT / "example", directory, change)
    staging.deploy_py("destroy", "--yes")  # what a killed run left
    up = staging.deploy_py("up")
    assert up.code == 0
    assert "is a virtual machine (libvirt)" in up.text
    yield staging
    staging.deploy_py("destroy", "--yes")


@pytest.fixture(scope="module")
def rehearsed(machine: Staging) -> Site:
    """All phases that need no production, a reboot among them; then saved with the site live."""
    answer = machine.deploy_py("rehearse")
    assert answer.code == 0
    assert "verdict: READY" in answer.text
    machine.machine().save(HEALTHY)
    return Site(machine)


def boots(staging: Staging) -> str:
    """The id of the current boot."""
    return staging.host("cat /proc/sys/kernel/random/boot_id").text.split()[-1]


def clock_error(staging: Staging) -> float:
    """By how many seconds at least the guest's clock is wrong."""
    before = time.time()
    guest = float(staging.host("date +%s.%N").text.split()[-1])
    return max(before - guest, guest - time.time(), 0.0)


def allocated(vm: str) -> int:
    """Bytes of its disk, with snapshots, as virsh reports them."""
    return int(output(*VIRSH, "domblkinfo", vm, "vda").split("Allocation:")[1].split()[0])


def test_it_has_its_own_kernel_which_the_boot_loader_started(machine: Staging) -> None:
    assert "BOOT_IMAGE=" in machine.host("cat /proc/cmdline").text
    assert os.uname().release not in machine.host("uname -r").text


def test_guest_can_install_its_own_boot_loader(machine: Staging) -> None:
    """As an update of the kernel does."""
    assert machine.host("grub-install /dev/vda && update-grub").code == 0


def test_rehearsal_passes_with_a_reboot(rehearsed: Site) -> None:
    assert rehearsed.get().code == 0


def test_reset_is_no_boot(rehearsed: Site) -> None:
    """One step: the VM resumes the saved boot, and SSH answers at its end."""
    first, second = (rehearsed.staging.deploy_py("reset") for _ in range(2))
    before = boots(rehearsed.staging)
    assert rehearsed.staging.deploy_py("reset").code == 0
    assert boots(rehearsed.staging) == before
    assert (first.text.count("✓"), second.text.count("✓")) == (1, 1)
    assert clock_error(rehearsed.staging) < 2


def test_disk_space_of_a_snapshot_is_recorded(rehearsed: Site) -> None:
    """Most of it is RAM."""
    staging = rehearsed.staging
    before = allocated(staging.vm)
    staging.machine().save(WITHOUT_RAM)
    taken = allocated(staging.vm) - before
    assert taken > 50 * 2**20
    noted = PROJECT / ".understudy" / "vm" / staging.vm / "snapshots.json"
    [size] = [one.size for one in levels.parse(noted.read_text()) if one.level == WITHOUT_RAM]
    assert size == pytest.approx(taken, rel=0.2)


def test_level_without_ram_does_not_answer_and_is_removed(rehearsed: Site) -> None:
    """A snapshot of a VM that was off: libvirt restores it, but nothing runs."""
    vm, staging = Domain(rehearsed.staging.vm), rehearsed.staging
    machine = staging.machine()
    machine.save(WITHOUT_RAM)
    vm.lose(str(WITHOUT_RAM))
    vm.cut_power()
    output(*VIRSH, "snapshot-create-as", vm.name, str(WITHOUT_RAM))

    assert machine.reset(WITHOUT_RAM, HEALTHY) == HEALTHY

    assert WITHOUT_RAM not in machine.saved()
    assert str(WITHOUT_RAM) not in vm.snapshots()
    assert rehearsed.get().code == 0


def test_up_after_down_resumes_the_same_boot(rehearsed: Site) -> None:
    staging = rehearsed.staging
    assert staging.machine().reset(HEALTHY) == HEALTHY
    rehearsed.add_list("kept")
    before = boots(staging)
    assert staging.deploy_py("down").code == 0
    assert Domain(staging.vm).is_off()
    time.sleep(5)

    up = staging.deploy_py("up")

    assert up.code == 0
    assert boots(staging) == before
    assert clock_error(staging) < 2
    assert rehearsed.has_list("kept")


@pytest.mark.long
def test_vm_whose_saved_state_is_broken_boots_and_keeps_its_data(rehearsed: Site) -> None:
    staging = rehearsed.staging
    assert staging.machine().reset(HEALTHY) == HEALTHY
    rehearsed.add_list("kept through a boot")
    assert staging.host("sync").code == 0
    before = boots(staging)
    assert staging.deploy_py("down").code == 0
    as_root = () if os.geteuid() == 0 else ("sudo",)
    image = f"/var/lib/libvirt/qemu/save/{staging.vm}.save"
    # Complete at its begin, which libvirt reads, and cut off later, where QEMU reads.
    size = int(run(*as_root, "stat", "-c", "%s", image).text)
    assert run(*as_root, "truncate", "-s", str(size // 2), image).code == 0

    up = staging.deploy_py("up")

    assert up.code == 0
    assert boots(staging) != before
    assert rehearsed.has_list("kept through a boot")


def test_provisioning_of_a_current_box_has_nothing_to_do(machine: Staging) -> None:
    assert PROVISIONED in {level.name for level in machine.machine().saved()}
    assert machine.deploy_py("reset").code == 0
    assert "nothing to change" in machine.deploy_py("provision").text
