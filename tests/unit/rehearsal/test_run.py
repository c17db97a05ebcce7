"""A rehearsal ends in a verdict, whatever happens in it."""

from pathlib import Path

import pytest

from tests.unit.receipt_samples import CANDIDATE, STAGING
from tests.unit.rehearsals import ALL, OLD, PROVISIONED, Stage
from understudy.rehearsal.phases import Selection


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stage:
    return Stage(monkeypatch, tmp_path)


def test_all_phases_passed_is_ready(stage: Stage) -> None:
    assert stage.rehearse() is None
    assert stage.done == ALL
    assert stage.report.said[-1].startswith("verdict: READY")
    assert [state for _, state in stage.report.phases] == ["passed"] * len(ALL)


def test_what_is_not_there_is_skipped_with_the_reason_and_not_passed(stage: Stage) -> None:
    stage.lacking = {"baseline", "rollback"}

    assert stage.rehearse() is None
    assert not {"baseline", "rollback", "forward"} & set(stage.done)
    assert dict(stage.report.phases)["baseline"] == "skipped, nothing for baseline"
    assert dict(stage.report.phases)["forward"] == "skipped, there was no rollback"
    assert stage.report.said[-1].startswith("verdict: READY")
    assert stage.report.said[-1].endswith("; skipped: baseline, data, rollback, forward")


def test_deploy_that_went_through_with_a_warning_is_not_ready(stage: Stage) -> None:
    stage.warnings = ["the migration breaks the old code"]

    error = stage.rehearse()

    assert error
    assert error.summary.startswith("verdict: NOT READY")
    assert "the migration breaks" in stage.report.errors[0].details
    assert stage.done == ALL, "what comes after it still makes sense"


@pytest.mark.parametrize("failing", ALL[1:])
def test_failed_phase_is_not_ready_and_names_the_cause(failing: str, stage: Stage) -> None:
    stage.failing = {failing}

    error = stage.rehearse()

    assert error
    assert error.exit_code == 1
    assert f"{failing} failed" in error.summary
    assert (error.cause, error.hint) == (f"why {failing} failed", "mend it")


def test_after_a_failed_deploy_nothing_makes_sense(stage: Stage) -> None:
    stage.failing = {"deploy"}
    stage.rehearse()
    assert stage.done == ALL[: ALL.index("deploy") + 1]


def test_after_failed_tests_the_others_still_run(stage: Stage) -> None:
    stage.failing = {"host-tests", "browser-tests"}
    error = stage.rehearse()
    assert error
    assert "host-tests, browser-tests failed" in error.summary
    assert stage.done == ALL


def test_fail_fast_ends_at_the_first_failure(stage: Stage) -> None:
    stage.failing = {"host-tests"}
    stage.rehearse(Selection(fail_fast=True))
    assert stage.done[-1] == "host-tests"


def test_a_vm_that_does_not_come_up_is_no_verdict_on_the_app(stage: Stage) -> None:
    stage.failing = {"up"}
    error = stage.rehearse()
    assert error
    assert error.summary == "up has failed"


def test_interrupted_says_what_becomes_of_the_vm_and_how_to_go_on(stage: Stage) -> None:
    stage.interrupted = "host-tests"
    with pytest.raises(KeyboardInterrupt):
        stage.rehearse()
    assert "--keep --from host-tests" in stage.report.warnings[0]


def test_time_left_is_known_after_a_first_run(stage: Stage) -> None:
    stage.rehearse()
    assert set(stage.report.expected) == {None}
    stage.rehearse()
    assert None not in stage.report.expected[len(ALL) :]


def test_what_production_runs_is_deployed_once_and_restored_from_then_on(stage: Stage) -> None:
    stage.lacking = {"data"}
    stage.rehearse()
    stage.rehearse()
    assert stage.restored == [PROVISIONED, OLD]


@pytest.mark.parametrize("choice", [Selection(since="baseline"), Selection(keep=True)])
def test_over_a_vm_that_was_in_use_nothing_is_saved(choice: Selection, stage: Stage) -> None:
    stage.rehearse(choice)
    assert stage.saved == {PROVISIONED}


def test_without_production_the_vm_is_reset_to_nothing_deployed(stage: Stage) -> None:
    stage.lacking = {"baseline"}
    stage.rehearse()
    assert stage.restored == [PROVISIONED]


def test_receipt_tells_what_passed_and_what_was_not_there(stage: Stage) -> None:
    stage.lacking = {"baseline"}
    stage.rehearse()
    [told] = stage.receipts
    assert told.passed
    assert (told.candidate, told.staging) == (CANDIDATE, STAGING)
    states = {phase.name: phase.state for phase in told.phases}
    assert states.pop("baseline") == states.pop("data") == "skipped"
    assert set(states.values()) == {"passed"}


def test_receipt_of_a_failed_rehearsal_says_so(stage: Stage) -> None:
    stage.failing = {"browser-tests"}
    stage.rehearse(Selection(only=frozenset({"deploy", "browser-tests"})))
    [told] = stage.receipts
    assert not told.passed
    states = {phase.name: phase.state for phase in told.phases}
    assert (states["browser-tests"], states["host-tests"]) == ("failed", "left out")


def test_where_nothing_was_deployed_there_is_no_receipt(stage: Stage) -> None:
    stage.rehearse(Selection(since="host-tests"))
    assert stage.receipts == []


def test_what_is_rehearsed_is_one_commit_to_the_end(stage: Stage) -> None:
    stage.rehearse()
    assert stage.commits == ["0ld", "c0ffee", "c0ffee"]


def test_commit_that_cannot_work_is_told_before_any_vm_is_touched(stage: Stage) -> None:
    stage.failing = {"source"}
    error = stage.rehearse()
    assert error is not None
    assert (error.summary, error.exit_code) == ("the source has failed", 2)
    assert stage.done == []


def test_rollback_that_needs_the_data_of_before_takes_it_and_warns(stage: Stage) -> None:
    stage.needs_data = True

    stage.rehearse()

    assert "rollback with data" in stage.done
    assert dict(stage.report.phases)["rollback"] == "passed"
    [warning] = [text for text in stage.report.warnings if "discards what was written" in text]
    assert "the column name is gone" in warning
