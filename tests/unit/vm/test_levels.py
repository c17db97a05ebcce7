"""The ladder of snapshots: which levels are good, which give way, what is known of them."""

import pytest

from understudy.vm import levels
from understudy.vm.levels import DEPLOYED, PROVISIONED, SEEDED, Level, Saved

FLOOR = Level(PROVISIONED, "f")
OLD, NEW = Level(DEPLOYED, "old"), Level(DEPLOYED, "new")
SEED = Level(SEEDED, "s")


def saved(level: Level, used_at: str = "2026-01-01T00:00:00+00:00", size: int = 100) -> Saved:
    return Saved(level, "2026-01-01T00:00:00+00:00", used_at, size)


def test_another_input_is_another_level() -> None:
    keys = {levels.level(DEPLOYED, *inputs).key for inputs in (("a", "b"), ("a", "c"), ("ab",))}
    assert len(keys) == 3
    assert levels.level(DEPLOYED, "a", "b") == levels.level(DEPLOYED, "a", "b")


def test_the_highest_that_is_saved_comes_first() -> None:
    there = [saved(FLOOR), saved(OLD), saved(SEED)]
    assert levels.restorable([SEED, NEW, OLD, FLOOR], there) == [SEED, OLD, FLOOR]


def test_no_other_key_will_do() -> None:
    assert levels.restorable([NEW, FLOOR], [saved(FLOOR), saved(OLD)]) == [FLOOR]


def test_snapshots_of_a_vm_that_was_made_otherwise_are_no_good() -> None:
    assert levels.restorable([OLD, Level(PROVISIONED, "x")], [saved(FLOOR), saved(OLD)]) == []


def test_snapshots_of_a_half_made_vm_are_no_good() -> None:
    assert levels.restorable([OLD, FLOOR], [saved(OLD)]) == []


def test_within_the_budget_all_stay() -> None:
    assert list(levels.to_prune([saved(FLOOR), saved(OLD), saved(NEW)], 300)) == []


@pytest.mark.parametrize(("budget", "gone"), [(299, [OLD]), (200, [OLD]), (199, [OLD, NEW])])
def test_what_was_not_used_for_longest_goes_first(budget: int, gone: list[Level]) -> None:
    there = [saved(FLOOR, "2026-01-01"), saved(NEW, "2026-01-03"), saved(OLD, "2026-01-02")]
    assert list(levels.to_prune(there, budget)) == gone


def test_provisioned_stays_however_small_the_budget_is() -> None:
    assert list(levels.to_prune([saved(FLOOR), saved(OLD)], 1)) == [OLD]


def test_use_is_noted_and_puts_off_the_end() -> None:
    there = levels.used(OLD, [saved(OLD), saved(NEW)], "2026-02-02")
    assert list(levels.to_prune(there, 100)) == [NEW]


def test_without_one() -> None:
    assert levels.without(OLD, [saved(OLD), saved(NEW)]) == (saved(NEW),)


def test_what_is_dumped_is_parsed() -> None:
    there = (saved(FLOOR), saved(OLD, "2026-01-02"))
    assert levels.parse(levels.dump(there)) == there


@pytest.mark.parametrize(
    "text",
    ["", "provisioned\ndeployed-1", "{}", '{"a": 1}', "7", "[7]", '[{"level": "deployed"}]', "[nu"],
)
def test_anything_else_is_nothing(text: str) -> None:
    assert levels.parse(text) == ()
