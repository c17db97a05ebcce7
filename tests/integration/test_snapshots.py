"""Snapshot levels on the real VM: each can be restored, and a broken one is detected."""

import os
import subprocess
import sys
import time

import pytest

from tests.integration.conftest import HEALTHY
from tests.integration.site import Site
from tests.integration.staging import PROJECT, Staging, run
from understudy.vm import levels
from understudy.vm.levels import DEPLOYED, PROVISIONED, SEEDED, Level

pytestmark = pytest.mark.timeout(1800)

VIRSH = ("virsh", "-q", "-c", "qemu:///system")
SEED = Level(SEEDED, "lists")


def virsh(*words: str) -> str:
    return subprocess.run([*VIRSH, *words], check=True, capture_output=True, text=True).stdout


def snapshots(staging: Staging) -> set[str]:
    """The names of libvirt's snapshots."""
    return set(virsh("snapshot-list", staging.vm, "--name").split())


def provisioned(staging: Staging) -> Level:
    [found] = [level for level in staging.machine().saved() if level.name == PROVISIONED]
    return found


def boots(staging: Staging) -> str:
    """The id of the current boot."""
    return staging.host("cat /proc/sys/kernel/random/boot_id").text.split()[-1]


def clock_error(staging: Staging) -> float:
    """By how many seconds at least the guest's clock is wrong."""
    before = time.time()
    guest = float(staging.host("date +%s.%N").text.split()[-1])
    return max(before - guest, guest - time.time(), 0.0)


def test_disk_space_of_a_snapshot_is_recorded(site: Site) -> None:
    """As virsh reports it while the VM runs; most of it is RAM."""
    disk = int(virsh("domblkinfo", site.staging.vm, "vda").split("Allocation:")[1].split()[0])
    site.staging.machine().save(SEED)
    after = int(virsh("domblkinfo", site.staging.vm, "vda").split("Allocation:")[1].split()[0])
    assert after - disk > 50 * 2**20
    noted = PROJECT / ".understudy" / "vm" / site.staging.vm / "snapshots.json"
    [size] = [one.size for one in levels.parse(noted.read_text()) if one.level == SEED]
    assert size == pytest.approx(after - disk, rel=0.2)


def test_reset_to_provisioned_keeps_the_secrets_that_were_set(site: Site) -> None:
    put = (
        f"echo x | {sys.executable} deploy.py secrets set API_TOKEN --config {site.staging.config}"
    )
    assert run("sh", "-c", put).code == 0
    assert site.staging.deploy_py("reset").code == 0
    assert "API_TOKEN" in site.staging.deploy_py("secrets", "list").text
    assert site.staging.deploy_py("secrets", "rm", "API_TOKEN").code == 0
    assert "no release is live yet" in site.staging.deploy_py("status").text
    assert clock_error(site.staging) < 2


def test_first_reset_to_deployed_makes_the_snapshot_and_later_ones_restore_it(
    site: Site,
) -> None:
    site.retitle("deployed and saved")
    made = site.staging.deploy_py("reset", "--level", "deployed")
    assert made.code == 0
    assert "save the snapshot 'deployed-" in made.text
    site.add_list("lost")

    restored = site.staging.deploy_py("reset", "--level", "deployed")

    assert restored.code == 0
    assert "nothing to do" in restored.text
    assert restored.text.count("✓") == 1, "it was restored, nothing else"
    assert site.title() == "deployed and saved"
    assert not site.has_list("lost")
    assert clock_error(site.staging) < 2


@pytest.mark.long
def test_reset_to_deployed_follows_the_current_commit(site: Site) -> None:
    site.retitle("another")
    assert site.staging.deploy_py("reset", "--level", "deployed").code == 0
    assert site.title() == "another"


def test_seeded_keeps_the_data(site: Site) -> None:
    machine = site.staging.machine()
    assert machine.reset(HEALTHY) == HEALTHY
    site.add_list("seed")
    machine.save(SEED)
    site.add_list("lost")
    assert machine.reset(SEED, HEALTHY) == SEED
    assert site.has_list("seed")
    assert not site.has_list("lost")


@pytest.mark.long
def test_level_that_libvirt_has_lost_is_made_again(site: Site) -> None:
    assert site.staging.deploy_py("reset", "--level", "deployed").code == 0
    for name in snapshots(site.staging):
        if name.startswith(DEPLOYED) and name != str(HEALTHY):
            virsh("snapshot-delete", site.staging.vm, name)

    answer = site.staging.deploy_py("reset", "--level", "deployed")

    assert answer.code == 0
    assert "is broken: removing it" in answer.text
    assert "save the snapshot 'deployed-" in answer.text
    assert site.get().code == 0
    again = site.staging.deploy_py("reset", "--level", "deployed")
    assert "broken" not in again.text


@pytest.mark.long
def test_level_without_ram_does_not_answer_and_is_removed(site: Site) -> None:
    """A snapshot of a VM that was off: libvirt restores it, but nothing runs."""
    machine = site.staging.machine()
    assert machine.reset(HEALTHY) == HEALTHY
    machine.save(SEED)
    virsh("snapshot-delete", site.staging.vm, str(SEED))
    virsh("destroy", site.staging.vm)
    virsh("snapshot-create-as", site.staging.vm, str(SEED))

    assert machine.reset(SEED, HEALTHY) == HEALTHY

    assert SEED not in machine.saved()
    assert str(SEED) not in snapshots(site.staging)
    assert site.get().code == 0


def test_oldest_snapshots_are_removed_beyond_the_budget(site: Site) -> None:
    machine = site.staging.machine(snapshots_disk=1)
    floor = provisioned(site.staging)
    for number in range(6):
        machine.save(Level(SEEDED, f"{number}"))
    last = Level(SEEDED, "5")
    assert {floor, last} <= machine.saved()
    assert Level(SEEDED, "0") not in machine.saved()
    assert {str(level) for level in machine.saved()} == snapshots(site.staging)
    assert machine.reset(last) == last


@pytest.mark.long
def test_up_after_down_resumes_the_same_boot(site: Site) -> None:
    assert site.staging.deploy_py("reset", "--level", "deployed").code == 0
    site.add_list("kept")
    before = boots(site.staging)
    assert site.staging.deploy_py("down").code == 0
    assert virsh("domstate", site.staging.vm).strip() == "shut off"
    time.sleep(5)

    up = site.staging.deploy_py("up")

    assert up.code == 0
    assert boots(site.staging) == before
    assert clock_error(site.staging) < 2
    assert site.has_list("kept")
    assert site.get().code == 0


@pytest.mark.long
def test_vm_whose_saved_state_is_broken_boots_and_keeps_its_data(site: Site) -> None:
    site.add_list("kept through a boot")
    assert site.staging.host("sync").code == 0
    before = boots(site.staging)
    assert site.staging.deploy_py("down").code == 0
    as_root = () if os.geteuid() == 0 else ("sudo",)
    image = f"/var/lib/libvirt/qemu/save/{site.staging.vm}.save"
    # Complete at its begin, which libvirt reads, and cut off later, where QEMU reads.
    size = int(run(*as_root, "stat", "-c", "%s", image).text)
    assert run(*as_root, "truncate", "-s", str(size // 2), image).code == 0

    up = site.staging.deploy_py("up")

    assert up.code == 0
    assert boots(site.staging) != before
    assert site.has_list("kept through a boot")


def test_reset_of_a_vm_that_sleeps(site: Site) -> None:
    assert site.staging.deploy_py("down").code == 0
    assert site.staging.deploy_py("reset").code == 0
    assert "no release is live yet" in site.staging.deploy_py("status").text
    assert site.staging.deploy_py("down").code == 0
    assert site.staging.deploy_py("up").code == 0
    assert "no release is live yet" in site.staging.deploy_py("status").text


def test_reset_is_no_boot(site: Site) -> None:
    """One step: the VM resumes the saved boot, and SSH answers at its end."""
    first, second = (site.staging.deploy_py("reset") for _ in range(2))
    before = boots(site.staging)
    assert site.staging.deploy_py("reset").code == 0
    assert boots(site.staging) == before
    assert (first.text.count("✓"), second.text.count("✓")) == (1, 1)


@pytest.mark.long
def test_vm_without_a_usable_snapshot_is_rebuilt(site: Site) -> None:
    for name in snapshots(site.staging):
        virsh("snapshot-delete", site.staging.vm, name)
    answer = site.staging.deploy_py("reset")
    assert answer.code == 0
    assert "rebuilding it" in answer.text
    assert snapshots(site.staging) == {str(provisioned(site.staging))}
