"""Which phases a rehearsal runs, and why it skips the others."""

import pytest

from understudy.rehearsal.phases import (
    NAMES,
    PHASES,
    Outcome,
    Selection,
    groups,
    is_complete,
    seconds_left,
    skipped,
)

PASSED = dict.fromkeys(NAMES, Outcome.PASSED)


def selected(selection: Selection, outcomes: dict[str, Outcome] = PASSED) -> list[str]:
    return [phase.name for phase in PHASES if not skipped(phase, selection, outcomes)]


def test_each_phase_needs_an_earlier_one() -> None:
    for phase in PHASES[1:]:
        assert NAMES.index(phase.needs) < NAMES.index(phase.name)


def test_all_phases_run_without_a_selection() -> None:
    assert selected(Selection()) == list(NAMES)


def test_only_leaves_out_the_others() -> None:
    assert selected(Selection(only=frozenset({"host-tests"}))) == ["up", "host-tests"]


def test_from_leaves_out_what_comes_before() -> None:
    assert selected(Selection(start_at="rollback")) == ["up", *NAMES[NAMES.index("rollback") :]]


def test_keep_leaves_out_what_resets_the_vm() -> None:
    assert selected(Selection(keep=True)) == [
        n for n in NAMES if n not in ("reset", "baseline", "data")
    ]


@pytest.mark.parametrize("bad", [Outcome.FAILED, Outcome.UNAVAILABLE])
def test_phase_is_skipped_if_its_prerequisite_failed_or_was_skipped(bad: Outcome) -> None:
    assert "forward" not in selected(Selection(), {**PASSED, "rollback": bad})


@pytest.mark.parametrize("good", [Outcome.WARNED, Outcome.LEFT_OUT])
def test_phase_runs_if_its_prerequisite_was_left_out(good: Outcome) -> None:
    assert "host-tests" in selected(Selection(), {**PASSED, "deploy": good})


def test_fail_fast_skips_the_rest_after_a_failure() -> None:
    assert selected(Selection(fail_fast=True), {**PASSED, "again": Outcome.FAILED}) == ["up"]


def test_remaining_time_is_known_only_if_that_of_each_phase_is() -> None:
    assert seconds_left(["deploy", "reboot"], {"deploy": 1.5, "reboot": 2, "up": 7}) == 3.5
    assert seconds_left(["deploy", "reboot"], {"deploy": 1.5}) is None


def test_remaining_time_of_phases_that_run_at_the_same_time_is_that_of_the_longest() -> None:
    earlier = {"host-tests": 3, "browser-tests": 20, "again": 1}
    assert seconds_left(["host-tests", "browser-tests", "again"], earlier) == 21


def test_host_tests_and_browser_tests_run_at_the_same_time_and_other_phases_alone() -> None:
    names = [tuple(phase.name for phase in group) for group in groups()]

    assert ("host-tests", "browser-tests") in names
    assert [name for group in names for name in group] == list(NAMES)
    assert len(names) == len(NAMES) - 1


def test_what_runs_at_the_same_time_needs_the_same_and_none_of_the_others() -> None:
    for group in groups():
        assert len({phase.needs for phase in group}) == 1


def test_what_is_prepared_ahead_is_of_a_later_phase() -> None:
    for phase in PHASES:
        if phase.prepared_in:
            assert NAMES.index(phase.prepared_in) < NAMES.index(phase.name)


def test_rehearsal_is_complete_if_nothing_was_left_out() -> None:
    assert is_complete(PASSED)
    assert is_complete({**PASSED, "baseline": Outcome.UNAVAILABLE, "rollback": Outcome.UNAVAILABLE})
    for bad in (Outcome.FAILED, Outcome.WARNED, Outcome.LEFT_OUT):
        assert not is_complete({**PASSED, "reboot": bad})
    assert not is_complete({**PASSED, "deploy": Outcome.UNAVAILABLE})
    assert not is_complete({})
