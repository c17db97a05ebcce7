"""The VM's snapshots and its sleep: what is restored, what is not trusted, and that it's quick."""

from collections.abc import Callable

import pytest

from tests.unit.virtual_machine import Machine
from understudy.errors import StepFailed, Unreachable
from understudy.vm.levels import DEPLOYED, PROVISIONED, SEEDED, Level
from understudy.vm.machine import Vm

SITE, OTHER = Level(DEPLOYED, "1"), Level(DEPLOYED, "2")
SEED = Level(SEEDED, "1")


@pytest.fixture
def up(machine: Machine) -> Machine:
    """With a VM that is up, and notes of what comes from then on."""
    machine.vm().up()
    machine.vagrant_calls()
    machine.virsh_calls()
    return machine


def damage(machine: Machine, *levels: Level) -> None:
    for level in levels:
        (machine.tools / "snapshots" / str(level)).write_text("damaged")


def floor(machine: Machine) -> Level:
    [found] = [level for level in machine.vm().saved() if level.name == PROVISIONED]
    return found


def test_reset_is_to_just_after_up(up: Machine) -> None:
    up.vm().save(SITE)
    assert up.vm().reset() == floor(up)


def test_reset_is_to_the_highest_level_that_is_saved(up: Machine) -> None:
    vm = up.vm()
    vm.save(SITE)
    assert vm.reset(SEED, SITE) == SITE
    vm.save(SEED)
    assert vm.reset(SEED, SITE) == SEED
    assert vm.reset(OTHER) == floor(up)


def test_broken_level_is_removed_and_the_next_one_taken(up: Machine) -> None:
    vm = up.vm()
    vm.save(SITE)
    vm.save(SEED)
    damage(up, SEED)
    assert vm.reset(SEED, SITE) == SITE
    assert SEED not in vm.saved()
    assert up.snapshots() == {"provisioned", "deployed"}
    assert "no good snapshot" in up.report.warnings[0]


def test_level_that_libvirt_has_lost_is_forgotten(up: Machine) -> None:
    vm = up.vm()
    vm.save(SITE)
    (up.tools / "snapshots" / str(SITE)).unlink()
    assert vm.reset(SITE) == floor(up)
    assert SITE not in vm.saved()


def test_level_on_which_the_vm_does_not_answer_is_removed(
    up: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    vm = up.vm()
    vm.save(SITE)
    answers = iter([False, True])

    def wait(vm: Vm) -> None:
        if not next(answers):
            raise Unreachable("192.168.56.10:22 did not answer within 60 s")

    monkeypatch.setattr(Vm, "_wait_for_ssh", wait)
    assert vm.reset(SITE) == floor(up)
    assert SITE not in vm.saved()


def test_without_any_good_level_the_vm_is_made_anew(up: Machine) -> None:
    vm = up.vm()
    vm.save(SITE)
    damage(up, SITE, floor(up))
    assert vm.reset(SITE) == floor(up)
    assert up.vagrant_calls() == ["destroy", "up"]
    assert vm.reset() == floor(up), "and it's a good one"


def test_no_level_of_a_vm_that_was_made_otherwise_is_trusted(up: Machine) -> None:
    up.vm().save(SITE)
    (up.project.directory / "provision" / "10-all.sh").write_text("echo something else")
    vm = up.vm()
    assert vm.reset(SITE).name == PROVISIONED
    assert up.vagrant_calls() == ["box", "destroy", "up"]


def test_state_of_an_older_version_is_no_state(up: Machine) -> None:
    state = up.project.state / "vm" / "understudy"
    (state / "snapshots.json").unlink()
    (state / "levels").write_text("provisioned\ndeployed-1")
    (state / "made-from").write_text("1.2930442183")
    assert up.vm().saved() == frozenset()
    assert up.vm().reset() == floor(up)


def test_reset_of_a_vm_that_is_not_there_says_how_to_make_one(machine: Machine) -> None:
    with pytest.raises(StepFailed) as raised:
        machine.vm().reset()
    assert raised.value.hint == "python deploy.py up"
    assert (machine.vagrant_calls(), machine.virsh_calls()) == ([], [])


def test_what_was_not_used_for_longest_gives_way(
    up: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = (f"2026-01-01T00:00:{second:02}" for second in range(60))
    monkeypatch.setattr("understudy.vm.snapshots._now", lambda: next(times))
    vm = up.vm(snapshots_disk=3)
    vm.save(SITE)
    vm.save(OTHER)
    vm.reset(SITE)
    vm.save(SEED)
    assert vm.saved() == {floor(up), SITE, SEED}
    assert up.snapshots() == {"provisioned", "deployed", "seeded"}


def test_snapshot_without_a_note_is_replaced(up: Machine) -> None:
    (up.tools / "snapshots" / str(SITE)).write_text("left by a killed run")
    vm = up.vm()
    vm.save(SITE)
    assert vm.reset(SITE) == SITE


def test_snapshot_that_stays_is_told(up: Machine) -> None:
    vm = up.vm()
    vm.save(SITE)
    damage(up, SITE)
    program = up.tools / "virsh"
    program.write_text(program.read_text().replace('rm "snapshots/$5"', "refuse busy"))
    vm.reset(SITE)
    assert "stays on the disk\nerror: busy" in up.report.warnings[1]
    assert SITE not in vm.saved()


def test_down_and_up_again_goes_on(up: Machine) -> None:
    up.vm().down()
    assert up.state == "shut off"
    up.vm().up()
    assert up.state == "running"
    assert up.vagrant_calls() == []


def test_vm_that_does_not_wake_up_boots(up: Machine) -> None:
    up.vm().down()
    (up.tools / "insomnia").touch()
    up.vm().up()
    assert up.vagrant_calls() == ["up"]
    assert "the saved state can not be read" in up.report.warnings[0]


def test_woken_vm_that_does_not_answer_boots(up: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def wait(vm: Vm) -> None:
        raise Unreachable("192.168.56.10:22 did not answer within 60 s")

    up.vm().down()
    monkeypatch.setattr(Vm, "_wait_for_ssh", wait)
    up.vm().up()
    assert "destroy" in up.virsh_calls(), "its power is cut"
    assert up.vagrant_calls() == ["up"]


def test_down_of_a_vm_that_is_down_says_so(up: Machine) -> None:
    up.vm().down()
    up.vm().down()
    assert up.report.said[-1] == "VM understudy is not running"


def test_sleep_is_forgotten_before_a_reset(up: Machine) -> None:
    """It would wake up on a disk that has changed meanwhile."""
    up.vm().down()
    assert up.vm().reset() == floor(up)
    up.vm().up()
    assert up.report.said[-1].startswith("VM understudy is up")
    assert up.vagrant_calls() == [], "no snapshot was taken for a broken one"


def test_what_is_done_often_calls_no_vagrant_and_little_of_virsh(up: Machine) -> None:
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
        "reset": 2,
        "reset to a level": 2,
        "down": 2,
        "up again": 4,
    }
