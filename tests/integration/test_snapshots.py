"""Snapshot levels on the real VM: each can be restored, and a broken one is detected.

What only a snapshot with RAM has is in test_virtual_machine.py.
"""

import sys

import pytest

from tests.integration.conftest import HEALTHY
from tests.integration.guests import guest
from tests.integration.site import Site
from tests.integration.staging import run
from understudy.vm.levels import DEPLOYED, PROVISIONED, SEEDED, Level

pytestmark = pytest.mark.timeout(1800)

SEED = Level(SEEDED, "lists")


def test_reset_to_provisioned_keeps_the_secrets_that_were_set(site: Site) -> None:
    put = (
        f"echo x | {sys.executable} deploy.py secrets set API_TOKEN --config {site.staging.config}"
    )
    assert run("sh", "-c", put).code == 0
    assert site.staging.deploy_py("reset").code == 0
    assert "API_TOKEN" in site.staging.deploy_py("secrets", "list").text
    assert site.staging.deploy_py("secrets", "rm", "API_TOKEN").code == 0
    assert "no release is live yet" in site.staging.deploy_py("status").text


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
def test_level_that_the_provider_has_lost_is_made_again(site: Site) -> None:
    assert site.staging.deploy_py("reset", "--level", "deployed").code == 0
    vm = guest(site.staging)
    for name in vm.snapshots():
        if name.startswith(DEPLOYED) and name != str(HEALTHY):
            vm.lose(name)

    answer = site.staging.deploy_py("reset", "--level", "deployed")

    assert answer.code == 0
    assert "is broken: removing it" in answer.text
    assert "save the snapshot 'deployed-" in answer.text
    assert site.get().code == 0
    again = site.staging.deploy_py("reset", "--level", "deployed")
    assert "broken" not in again.text


def test_oldest_snapshots_are_removed_beyond_the_budget(site: Site) -> None:
    machine = site.staging.machine(snapshots_disk=1)
    floor = machine.reset()
    assert floor.name == PROVISIONED
    # A container's snapshot has what was written, and no RAM.
    assert site.staging.host("head -c 200M /dev/urandom >/root/large").code == 0
    for number in range(6):
        machine.save(Level(SEEDED, f"{number}"))
    last = Level(SEEDED, "5")
    assert {floor, last} <= machine.saved()
    assert Level(SEEDED, "0") not in machine.saved()
    assert {str(level) for level in machine.saved()} == guest(site.staging).snapshots()
    assert machine.reset(last) == last


def test_reset_of_a_vm_that_sleeps(site: Site) -> None:
    assert site.staging.deploy_py("down").code == 0
    assert site.staging.deploy_py("reset").code == 0
    assert "no release is live yet" in site.staging.deploy_py("status").text
    assert site.staging.deploy_py("down").code == 0
    assert site.staging.deploy_py("up").code == 0
    assert "no release is live yet" in site.staging.deploy_py("status").text


@pytest.mark.long
def test_vm_without_a_usable_snapshot_is_rebuilt(site: Site) -> None:
    vm = guest(site.staging)
    for name in vm.snapshots():
        vm.lose(name)
    answer = site.staging.deploy_py("reset")
    assert answer.code == 0
    assert "rebuilding it" in answer.text
    assert vm.snapshots() == {str(site.staging.machine().reset())}
