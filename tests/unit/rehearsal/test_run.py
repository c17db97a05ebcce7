"""A rehearsal ends in a verdict, whatever happens in it."""

from pathlib import Path
from threading import Barrier, Event

import pytest

from tests.unit.receipt_samples import CANDIDATE, STAGING
from tests.unit.rehearsals import ALL, OLD, PROVISIONED, Stage
from understudy.rehearsal.phases import Selection
from understudy.vm import unrehearsed


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stage:
    return Stage(monkeypatch, tmp_path)


def test_verdict_is_ready_if_all_phases_passed(stage: Stage) -> None:
    assert stage.rehearse() is None
    assert stage.done == ALL
    assert stage.report.said[-1].startswith("verdict: READY")
    assert [state for _, state in stage.report.phases] == ["passed"] * len(ALL)


def test_phase_without_its_prerequisite_is_skipped_with_the_reason(stage: Stage) -> None:
    stage.missing = {"baseline", "rollback"}

    assert stage.rehearse() is None
    assert not {"baseline", "rollback", "forward", "interrupted"} & set(stage.done)
    assert dict(stage.report.phases)["baseline"] == "skipped, nothing for baseline"
    assert dict(stage.report.phases)["forward"] == "skipped, rollback was skipped"
    assert stage.report.said[-1].startswith("verdict: READY")
    assert stage.report.said[-1].endswith(
        "; skipped: baseline, data, rollback, forward, interrupted"
    )


def test_tasks_that_no_phase_could_count_are_named_with_what_enables_it(stage: Stage) -> None:
    stage.missing = {"baseline", "rollback"}

    assert stage.rehearse() is None
    reason = dict(stage.report.phases)["interrupted"]
    assert reason == "skipped, verify.tasks were not counted: rollback was skipped"
    assert "phase baseline" in stage.report.enabling["interrupted"]
    assert "; verify.tasks were not counted; skipped: " in stage.report.said[-1]


def test_nothing_is_said_of_tasks_that_deploy_yml_does_not_have(stage: Stage) -> None:
    stage.missing, stage.counts_tasks = {"baseline", "rollback"}, False

    assert stage.rehearse() is None
    assert "counted" not in stage.report.said[-1]
    assert "counted" not in dict(stage.report.phases)["interrupted"]


def test_target_without_a_certificate_by_acme_has_nothing_to_renew(stage: Stage) -> None:
    stage.https = "off"

    assert stage.rehearse() is None
    assert "edge" not in stage.done
    reason = "skipped, this target has no certificate by ACME"
    assert dict(stage.report.phases)["edge"] == reason
    assert stage.report.said[-1].endswith("; skipped: edge")


def test_site_without_timers_has_none_to_run(stage: Stage) -> None:
    stage.has_timers = False

    assert stage.rehearse() is None
    assert "timers" not in stage.done
    assert dict(stage.report.phases)["timers"] == "skipped, deploy.yml has no timers"


def test_app_without_tasks_has_none_to_count(stage: Stage) -> None:
    stage.counts_tasks = False

    assert stage.rehearse() is None
    assert "interrupted" not in stage.done
    assert dict(stage.report.phases)["interrupted"] == "skipped, deploy.yml has no verify.tasks"


@pytest.mark.parametrize("only", [(), ("browser-tests",), ("deploy", "reboot")])
def test_site_whose_password_is_not_known_is_refused_before_the_vm_is_touched(
    only: tuple[str, ...], stage: Stage
) -> None:
    stage.basic_auth = True

    error = stage.rehearse(Selection(frozenset(only)))

    assert error
    assert (error.exit_code, stage.done) == (2, [])
    assert "no password for it is known here" in error.summary


def test_phases_that_visit_no_site_need_no_password(stage: Stage) -> None:
    stage.basic_auth = True

    assert stage.rehearse(Selection(frozenset({"deploy"}))) is None


def test_known_password_lets_a_rehearsal_begin(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.basic_auth = True
    monkeypatch.setenv("BASIC_AUTH_ANNA", "s3cret")

    assert stage.rehearse() is None
    assert stage.done == ALL


def test_what_staging_can_not_show_of_production_is_a_warning(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unrehearsed, "sentences", lambda config: ["production has HTTPS"])

    assert stage.rehearse() is None
    assert "production has HTTPS" in stage.report.warnings


def test_verdict_is_not_ready_after_a_deploy_with_warnings(stage: Stage) -> None:
    stage.warnings = ["the migration breaks the old code"]

    error = stage.rehearse()

    assert error
    assert error.summary.startswith("verdict: NOT READY")
    assert "the migration breaks" in stage.report.errors[0].details
    assert stage.done == ALL, "what comes after it still makes sense"


@pytest.mark.parametrize("failing", ALL[1:])
def test_verdict_is_not_ready_after_a_failed_phase_and_names_the_cause(
    failing: str, stage: Stage
) -> None:
    stage.failing = {failing}

    error = stage.rehearse()

    assert error
    assert error.exit_code == 1
    assert f"{failing} failed" in error.summary
    assert (error.cause, error.hint) == (f"why {failing} failed", "fix it")


def test_unexplained_failure_of_several_hosts_has_that_of_the_first_as_cause(stage: Stage) -> None:
    stage.failing_hosts = {"rollback"}

    error = stage.rehearse()

    assert error
    assert error.cause == "rollback: no room"


def test_unexplained_failure_of_a_suite_has_its_first_failed_test_as_cause(stage: Stage) -> None:
    stage.failing_tests = {"host-tests"}

    error = stage.rehearse()

    assert error
    assert error.cause == "test_x of host-tests: no"


def test_phases_that_need_the_deploy_are_skipped_after_it_failed(stage: Stage) -> None:
    stage.failing = {"deploy"}
    stage.rehearse()
    assert stage.done == ALL[: ALL.index("deploy") + 1]


def test_other_phases_run_after_failed_tests(stage: Stage) -> None:
    stage.failing = {"host-tests", "browser-tests"}
    error = stage.rehearse()
    assert error
    assert "host-tests, browser-tests failed" in error.summary
    assert stage.done == ALL


def test_fail_fast_stops_at_the_first_failure(stage: Stage) -> None:
    stage.failing = {"deploy"}
    stage.rehearse(Selection(fail_fast=True))
    assert stage.done[-1] == "deploy"


def test_fail_fast_stops_what_runs_at_the_same_time(stage: Stage) -> None:
    stage.failing, stage.hanging = {"host-tests"}, {"browser-tests"}

    error = stage.rehearse(Selection(fail_fast=True))

    assert error
    assert ": host-tests failed" in error.summary
    assert stage.done[-1] == "host-tests"
    states = dict(stage.report.phases)
    assert states["browser-tests"] == "skipped, host-tests failed"
    assert states["again"] == "skipped, an earlier phase failed"
    [receipt] = stage.receipts
    assert {phase.name: phase.state for phase in receipt.phases}["browser-tests"] == "skipped"


def test_fail_fast_has_the_verdict_of_the_first_phase_that_fails_even_if_the_next_is_quicker(
    stage: Stage,
) -> None:
    stage.failing, stage.slow = {"host-tests", "browser-tests"}, True

    error = stage.rehearse(Selection(fail_fast=True))

    assert error
    assert stage.done[-2:] == ["browser-tests", "host-tests"]
    assert error.cause == "why host-tests failed"


def test_without_fail_fast_what_runs_at_the_same_time_runs_to_its_end(stage: Stage) -> None:
    stage.failing = {"host-tests"}
    stage.rehearse()
    assert dict(stage.report.phases)["browser-tests"] == "passed"


def test_both_suites_run_at_the_same_time(stage: Stage) -> None:
    stage.meeting = Barrier(2)
    stage.rehearse()
    assert {"host-tests", "browser-tests"} <= set(stage.done)


@pytest.mark.parametrize("only", [{"host-tests"}, {"browser-tests"}])
def test_suite_runs_without_the_one_beside_it(only: set[str], stage: Stage) -> None:
    stage.rehearse(Selection(only=frozenset(only)))
    assert stage.done == ["up", *only]


def test_browser_is_started_while_the_deploy_runs(stage: Stage) -> None:
    stage.rehearse()
    assert stage.begun == [("browser-tests", ALL[: ALL.index("deploy")])]


def test_browser_that_was_started_ends_with_a_rehearsal_that_does_not_need_it(
    stage: Stage,
) -> None:
    stage.failing = {"deploy"}
    stage.rehearse()
    assert [name for name, _ in stage.begun] == ["browser-tests"]
    assert "browser-tests" in stage.closed


@pytest.mark.parametrize(
    "selection", [Selection(only=frozenset({"deploy"})), Selection(start_at="rollback")]
)
def test_no_browser_is_started_for_tests_that_are_left_out(
    selection: Selection, stage: Stage
) -> None:
    stage.rehearse(selection)
    assert stage.begun == []


def test_production_is_asked_once_and_while_the_vm_comes_up(stage: Stage) -> None:
    stage.asking = Event()
    stage.rehearse()
    assert stage.asked == 1


@pytest.mark.parametrize("selection", [Selection(keep=True), Selection(only=frozenset({"deploy"}))])
def test_production_is_not_asked_without_a_baseline(selection: Selection, stage: Stage) -> None:
    stage.rehearse(selection)
    assert stage.asked == 0


def test_screenshots_are_compared_while_the_host_reboots(stage: Stage) -> None:
    stage.rehearse()
    assert stage.pictures == [[*ALL[: ALL.index("reboot")]]]


def test_screenshots_of_an_earlier_run_are_not_compared(stage: Stage) -> None:
    stage.rehearse(Selection(only=frozenset({"reboot"})))
    assert stage.pictures == []


def test_first_cause_is_that_of_the_first_phase_whichever_failed_first(stage: Stage) -> None:
    stage.failing = {"host-tests", "browser-tests"}
    error = stage.rehearse()
    assert error
    assert error.cause == "why host-tests failed"


def test_interruption_ends_what_runs_at_the_same_time(stage: Stage) -> None:
    stage.interrupted, stage.hanging = "browser-tests", {"host-tests"}
    with pytest.raises(KeyboardInterrupt):
        stage.rehearse()
    assert "--keep --start-at host-tests" in stage.report.warnings[0]


def test_vm_that_does_not_come_up_gives_no_verdict(stage: Stage) -> None:
    stage.failing = {"up"}
    error = stage.rehearse()
    assert error
    assert error.summary == "up has failed"


def test_interruption_says_how_the_vm_is_left_and_how_to_resume(stage: Stage) -> None:
    stage.interrupted = "host-tests"
    with pytest.raises(KeyboardInterrupt):
        stage.rehearse()
    assert "--keep --start-at host-tests" in stage.report.warnings[0]


def test_remaining_time_is_known_after_a_first_run(stage: Stage) -> None:
    stage.rehearse()
    assert set(stage.report.expected) == {None}
    stage.rehearse()
    assert None not in stage.report.expected[len(ALL) :]


def test_baseline_is_deployed_once_and_then_restored(stage: Stage) -> None:
    stage.missing = {"data"}
    stage.rehearse()
    stage.rehearse()
    assert stage.restored == [PROVISIONED, OLD]


@pytest.mark.parametrize("selection", [Selection(start_at="baseline"), Selection(keep=True)])
def test_nothing_is_saved_of_a_used_vm(selection: Selection, stage: Stage) -> None:
    stage.rehearse(selection)
    assert stage.saved == {PROVISIONED}


def test_issuer_of_certificates_is_started_as_soon_as_the_vm_is_up(stage: Stage) -> None:
    stage.missing = {"baseline"}
    stage.rehearse()
    assert stage.issuing == [["up"]]


def test_vm_is_reset_to_provisioned_without_a_baseline(stage: Stage) -> None:
    stage.missing = {"baseline"}
    stage.rehearse()
    assert stage.restored == [PROVISIONED]


def test_receipt_has_the_state_of_each_phase(stage: Stage) -> None:
    stage.missing = {"baseline"}
    stage.rehearse()
    [receipt] = stage.receipts
    assert receipt.passed
    assert (receipt.candidate, receipt.staging) == (CANDIDATE, STAGING)
    states = {phase.name: phase.state for phase in receipt.phases}
    assert states.pop("baseline") == states.pop("data") == "skipped"
    assert set(states.values()) == {"passed"}


def test_receipt_of_a_failed_rehearsal_has_the_failed_phase(stage: Stage) -> None:
    stage.failing = {"browser-tests"}
    stage.rehearse(Selection(only=frozenset({"deploy", "browser-tests"})))
    [receipt] = stage.receipts
    assert not receipt.passed
    states = {phase.name: phase.state for phase in receipt.phases}
    assert (states["browser-tests"], states["host-tests"]) == ("failed", "left out")


def test_no_receipt_is_written_if_nothing_was_deployed(stage: Stage) -> None:
    stage.rehearse(Selection(start_at="host-tests"))
    assert stage.receipts == []


def test_one_commit_is_rehearsed_to_the_end(stage: Stage) -> None:
    stage.rehearse()
    assert stage.commits == ["0ld", "c0ffee", "c0ffee"]


def test_commit_that_cannot_work_is_refused_before_the_vm_is_touched(stage: Stage) -> None:
    stage.failing = {"source"}
    error = stage.rehearse()
    assert error is not None
    assert (error.summary, error.exit_code) == ("the source has failed", 2)
    assert stage.done == []


def test_rollback_that_needs_the_earlier_data_restores_it_and_warns(stage: Stage) -> None:
    stage.needs_data = True

    stage.rehearse()

    assert "rollback with data" in stage.done
    assert dict(stage.report.phases)["rollback"] == "passed"
    [warning] = [text for text in stage.report.warnings if "discards what was written" in text]
    assert "the column name is gone" in warning
