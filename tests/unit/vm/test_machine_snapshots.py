"""The VM's snapshots and its sleep: what is restored, what is not, and how few calls that takes."""

from collections.abc import Callable

import pytest

from tests.unit.virtual_machine import Machine
from understudy.errors import StepFailed, Unreachable
from understudy.vm import guest
from understudy.vm.levels import DEPLOYED, PROVISIONED, SEEDED, Level

SITE, OTHER = Level(DEPLOYED, "1"), Level(DEPLOYED, "2")
SEED = Level(SEEDED, "1")


@pytest.fixture
def up(machine: Machine) -> Machine:
    """A VM that is up, with calls recorded from then on."""
    machine.vm().up()
    machine.vagrant_calls()
    machine.virsh_calls()
    return machine


def damage(machine: Machine, *levels: Level) -> None:
    for level in levels:
        (machine.tools / "snapshots" / str(level)).write_text("damaged")


def provisioned(machine: Machine) -> Level:
    [found] = [level for level in machine.vm().saved() if level.name == PROVISIONED]
    return found


def test_reset_goes_to_provisioned(up: Machine) -> None:
    up.vm().save(SITE)
    assert up.vm().reset() == provisioned(up)


def test_reset_goes_to_the_highest_level_that_is_saved(up: Machine) -> None:
    vm = up.vm()
    vm.save(SITE)
    assert vm.reset(SEED, SITE) == SITE
    vm.save(SEED)
    assert vm.reset(SEED, SITE) == SEED
    assert vm.reset(OTHER) == provisioned(up)


def test_broken_snapshot_is_removed_and_the_next_one_restored(up: Machine) -> None:
    vm = up.vm()
    vm.save(SITE)
    vm.save(SEED)
    damage(up, SEED)
    assert vm.reset(SEED, SITE) == SITE
    assert SEED not in vm.saved()
    assert up.snapshots() == {"provisioned", "deployed"}
    assert "no good snapshot" in up.report.warnings[0]


def test_snapshot_that_libvirt_lost_is_forgotten(up: Machine) -> None:
    vm = up.vm()
    vm.save(SITE)
    (up.tools / "snapshots" / str(SITE)).unlink()
    assert vm.reset(SITE) == provisioned(up)
    assert SITE not in vm.saved()


def test_snapshot_on_which_the_vm_does_not_answer_is_removed(
    up: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    vm = up.vm()
    vm.save(SITE)
    answers = iter([False, True])

    def wait(*_: object) -> None:
        if not next(answers):
            raise Unreachable("192.168.56.10:22 did not answer within 60 s")

    monkeypatch.setattr(guest, "wait_for_ssh", wait)
    assert vm.reset(SITE) == provisioned(up)
    assert SITE not in vm.saved()


def test_vm_without_a_usable_snapshot_is_rebuilt(up: Machine) -> None:
    vm = up.vm()
    vm.save(SITE)
    damage(up, SITE, provisioned(up))
    assert vm.reset(SITE) == provisioned(up)
    assert up.vagrant_calls() == ["destroy", "up"]
    assert vm.reset() == provisioned(up), "the rebuilt VM has a usable snapshot"


def test_no_snapshot_of_a_vm_built_with_other_settings_is_restored(up: Machine) -> None:
    up.vm().save(SITE)
    (up.project.directory / "provision" / "10-all.sh").write_text("echo something else")
    vm = up.vm()
    assert vm.reset(SITE).name == PROVISIONED
    assert up.vagrant_calls() == ["box", "destroy", "up"]


def test_state_files_of_an_older_version_are_ignored(up: Machine) -> None:
    state = up.project.state / "vm" / "understudy"
    (state / "snapshots.json").unlink()
    (state / "levels").write_text("provisioned\ndeployed-1")
    (state / "made-from").write_text("1.2930442183")
    assert up.vm().saved() == frozenset()
    assert up.vm().reset() == provisioned(up)


def test_reset_without_a_vm_says_how_to_build_one(machine: Machine) -> None:
    with pytest.raises(StepFailed) as raised:
        machine.vm().reset()
    assert raised.value.hint == "python deploy.py up"
    assert (machine.vagrant_calls(), machine.virsh_calls()) == ([], [])


def test_snapshots_unused_for_longest_are_removed_beyond_the_budget(
    up: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = (f"2026-01-01T00:00:{second:02}" for second in range(60))
    monkeypatch.setattr("understudy.vm.snapshots._now", lambda: next(times))
    vm = up.vm(snapshots_disk=3)
    vm.save(SITE)
    vm.save(OTHER)
    vm.reset(SITE)
    vm.save(SEED)
    assert vm.saved() == {provisioned(up), SITE, SEED}
    assert up.snapshots() == {"provisioned", "deployed", "seeded"}


def test_snapshot_without_a_record_is_replaced(up: Machine) -> None:
    (up.tools / "snapshots" / str(SITE)).write_text("left by a killed run")
    vm = up.vm()
    vm.save(SITE)
    assert vm.reset(SITE) == SITE


def test_snapshot_that_libvirt_keeps_is_warned_of(up: Machine) -> None:
    vm = up.vm()
    vm.save(SITE)
    damage(up, SITE)
    program = up.tools / "virsh"
    program.write_text(program.read_text().replace('rm "snapshots/$5"', "refuse busy"))
    vm.reset(SITE)
    assert "stays on the disk\nerror: busy" in up.report.warnings[1]
    assert SITE not in vm.saved()


def test_up_after_down_resumes(up: Machine) -> None:
    up.vm().down()
    assert up.state == "shut off"
    up.vm().up()
    assert up.state == "running"
    assert up.vagrant_calls() == []


def test_vm_that_does_not_wake_up_is_booted(up: Machine) -> None:
    up.vm().down()
    (up.tools / "insomnia").touch()
    up.vm().up()
    assert up.vagrant_calls() == ["up"]
    assert "the saved state can not be read" in up.report.warnings[0]


def test_woken_vm_that_does_not_answer_is_booted(
    up: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait(*_: object) -> None:
        raise Unreachable("192.168.56.10:22 did not answer within 60 s")

    up.vm().down()
    monkeypatch.setattr(guest, "wait_for_ssh", wait)
    up.vm().up()
    assert "destroy" in up.virsh_calls(), "the VM's power is cut"
    assert up.vagrant_calls() == ["up"]


def test_down_of_a_stopped_vm_says_so(up: Machine) -> None:
    up.vm().down()
    up.vm().down()
    assert up.report.said[-1] == "VM understudy is not running"


def test_reset_discards_the_saved_ram_of_a_sleeping_vm(up: Machine) -> None:
    """The RAM would resume on a disk that changed since."""
    up.vm().down()
    assert up.vm().reset() == provisioned(up)
    up.vm().up()
    assert up.report.said[-1].startswith("VM understudy is up")
    assert up.vagrant_calls() == [], "no snapshot counts as broken"


def test_frequent_operations_call_no_vagrant_and_little_of_virsh(up: Machine) -> None:
    vm = up.vm()
    paths: dict[str, Callable[[], object]] = {
        "up": vm.up,
        "save": lambda: vm.save(SITE),
        "reset": vm.reset,
        "reset to a level": lambda: vm.reset(SITE),
        "down": vm.down,
        "up again": vm.up,
    }
    calls = {}
    for name, path in paths.items():
        path()
        calls[name] = len(up.virsh_calls())
    assert up.vagrant_calls() == []
    assert calls == {
        "up": 1,
        "save": 4,
        "reset": 3,
        "reset to a level": 3,
        "down": 2,
        "up again": 4,
    }
