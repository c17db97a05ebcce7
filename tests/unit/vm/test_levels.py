"""Snapshot levels: which ones can be restored, which ones are pruned, how they are recorded."""

import pytest

from understudy.vm import levels
from understudy.vm.levels import DEPLOYED, PROVISIONED, SEEDED, Level, Saved

BASE = Level(PROVISIONED, "f")
OLD, NEW = Level(DEPLOYED, "old"), Level(DEPLOYED, "new")
SEED = Level(SEEDED, "s")


def saved(level: Level, used_at: str = "2026-01-01T00:00:00+00:00", size: int = 100) -> Saved:
    return Saved(level, "2026-01-01T00:00:00+00:00", used_at, size)


def test_another_input_gives_another_level() -> None:
    keys = {levels.level(DEPLOYED, *inputs).key for inputs in (("a", "b"), ("a", "c"), ("ab",))}
    assert len(keys) == 3
    assert levels.level(DEPLOYED, "a", "b") == levels.level(DEPLOYED, "a", "b")


def test_restorable_levels_come_highest_first() -> None:
    there = [saved(BASE), saved(OLD), saved(SEED)]
    assert levels.restorable([SEED, NEW, OLD, BASE], there) == [SEED, OLD, BASE]


def test_level_with_another_key_is_not_restorable() -> None:
    assert levels.restorable([NEW, BASE], [saved(BASE), saved(OLD)]) == [BASE]


def test_snapshots_of_a_vm_built_with_other_settings_are_not_restorable() -> None:
    assert levels.restorable([OLD, Level(PROVISIONED, "x")], [saved(BASE), saved(OLD)]) == []


def test_snapshots_of_a_vm_not_built_to_the_end_are_not_restorable() -> None:
    assert levels.restorable([OLD, BASE], [saved(OLD)]) == []


def test_nothing_is_pruned_within_the_budget() -> None:
    assert list(levels.to_prune([saved(BASE), saved(OLD), saved(NEW)], 300)) == []


@pytest.mark.parametrize(("budget", "gone"), [(299, [OLD]), (200, [OLD]), (199, [OLD, NEW])])
def test_levels_unused_for_longest_are_pruned_first(budget: int, gone: list[Level]) -> None:
    there = [saved(BASE, "2026-01-01"), saved(NEW, "2026-01-03"), saved(OLD, "2026-01-02")]
    assert list(levels.to_prune(there, budget)) == gone


def test_provisioned_is_never_pruned() -> None:
    assert list(levels.to_prune([saved(BASE), saved(OLD)], 1)) == [OLD]


def test_level_used_now_is_pruned_last() -> None:
    there = levels.mark_used(OLD, [saved(OLD), saved(NEW)], "2026-02-02")
    assert list(levels.to_prune(there, 100)) == [NEW]


def test_without_removes_one_level() -> None:
    assert levels.without(OLD, [saved(OLD), saved(NEW)]) == (saved(NEW),)


def test_parse_reads_what_dump_wrote() -> None:
    there = (saved(BASE), saved(OLD, "2026-01-02"))
    assert levels.parse(levels.dump(there)) == there


@pytest.mark.parametrize(
    "text",
    ["", "provisioned\ndeployed-1", "{}", '{"a": 1}', "7", "[7]", '[{"level": "deployed"}]', "[nu"],
)
def test_parse_of_anything_else_is_empty(text: str) -> None:
    assert levels.parse(text) == ()
