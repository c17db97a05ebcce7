"""A rehearsal ends in a verdict, whatever happens in it."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import MagicMock

import pytest

from tests.unit.fakes import FakeReport
from tests.unit.receipt_samples import CANDIDATE, STAGING
from tests.unit.staging import Staging
from understudy import (
    baseline,
    data_load,
    evidence,
    history,
    migration_rehearsal,
    receipts,
    rehearsal,
    reporting,
    runner,
    seeded,
    verify,
)
from understudy.baseline import Baseline
from understudy.errors import Refused, StepFailed, UnderstudyError
from understudy.job import Job
from understudy.ladder import DEPLOYED, Rung
from understudy.pulled import Pulled
from understudy.receipts import Rehearsed
from understudy.rehearsal import Rehearsal
from understudy.schedule import NAMES, Choice
from understudy.timings import Timings
from understudy.vm import Vm

ALL = [*NAMES]
PROVISIONED, OLD = Rung("provisioned", "1"), Rung(DEPLOYED, "0ld")
PULLED = Pulled("production", "sqlite", "20260102T030405Z", 1, digest="1")
DEPLOYS = {"baseline", "deploy", "forward"}


class Stage:
    """A rehearsal whose phases only take notes. failing: names of phases. lacking: likewise."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
        self.failing: set[str] = set()
        self.lacking: set[str] = set()
        self.warnings: list[str] = []
        self.interrupted = ""
        self.done: list[str] = []
        self.saved = {PROVISIONED}
        self.restored: list[Rung] = []
        self.receipts: list[Rehearsed] = []
        self.commits: list[str] = []
        self.staging = Staging()
        self.pulled = PULLED
        # Of deploys whose migrations are looked at.
        self.watched = MagicMock()
        self.timings = Timings(directory / "timings.json")
        monkeypatch.setattr(evidence, "explained", lambda _, busy: nullcontext())
        monkeypatch.setattr(baseline, "find", lambda _: self.baseline())
        monkeypatch.setattr(runner, "find_source", lambda _: SimpleNamespace(commit="c0ffee"))
        monkeypatch.setattr(runner, "deploy", self.deploy)
        monkeypatch.setattr(data_load, "find", lambda *_: self.lacks("data", self.pulled))
        monkeypatch.setattr(data_load, "load", lambda *_: self.take("data"))
        monkeypatch.setattr(migration_rehearsal, "watched", lambda _: self.watched)
        monkeypatch.setattr(rehearsal, "SshConnection", lambda *_: nullcontext())
        monkeypatch.setattr(receipts, "refuse_useless_key", lambda _: None)
        monkeypatch.setattr(receipts, "candidate", lambda *_: CANDIDATE)
        monkeypatch.setattr(receipts, "fingerprint_of", lambda _: STAGING)
        monkeypatch.setattr(receipts, "write", lambda _, told: self.receipts.append(told))
        monkeypatch.setattr(runner, "require_converged", lambda _: self.take("again"))
        monkeypatch.setattr(history, "earlier", lambda _: self.lacks("rollback", "0ld"))
        monkeypatch.setattr(history, "rollback", lambda _, probe: self.take("rollback"))
        monkeypatch.setattr(verify, "host_tests", lambda _: self.take("host-tests"))
        monkeypatch.setattr(verify, "browser_tests", lambda _: self.take("browser-tests"))
        monkeypatch.setattr(verify, "reboot_test", lambda _: self.take("reboot"))

    def take(self, name: str) -> None:
        self.done.append(name)
        if name == self.interrupted:
            raise KeyboardInterrupt
        if name in self.failing:
            raise StepFailed(f"{name} has failed", cause=f"why {name} failed", hint="mend it")

    def lacks(self, name: str, answer: Any) -> Any:
        if name in self.lacking:
            raise Refused(f"nothing for {name}", hint="get it")
        return answer

    def baseline(self) -> Baseline:
        if "baseline" in self.lacking:
            return Baseline(reason="nothing for baseline")
        return Baseline("0ld", OLD)

    def deploy(self, job: Job, probe: bool = False) -> list[str]:
        done = [name for name in self.done if name in DEPLOYS]
        name = "baseline" if not probe else "forward" if "deploy" in done else "deploy"
        self.commits.append(job.config.app.revision)
        self.take(name)
        return self.warnings if name == "deploy" else []

    def reset(self, *wanted: Rung) -> Rung:
        self.take("reset")
        self.restored.append(next(one for one in (*wanted, PROVISIONED) if one in self.saved))
        return self.restored[-1]

    def rehearse(self, choice: Choice | None = None) -> UnderstudyError | None:
        vm = SimpleNamespace(up=lambda: self.take("up"), reset=self.reset, save=self.saved.add)
        recorder = reporting.recorder(self.report, "rehearse", "staging")
        job = replace(self.staging.job(), report=recorder)
        try:
            Rehearsal(job, cast(Vm, vm), choice or Choice(), self.timings, recorder).run()
        except UnderstudyError as error:
            return error
        return None

    @property
    def report(self) -> FakeReport:
        return self.staging.report


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
    stage.rehearse(Choice(fail_fast=True))
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


@pytest.mark.parametrize("choice", [Choice(since="baseline"), Choice(keep=True)])
def test_over_a_vm_that_was_in_use_nothing_is_saved(choice: Choice, stage: Stage) -> None:
    stage.rehearse(choice)
    assert stage.saved == {PROVISIONED}


def test_pulled_data_is_loaded_once_and_is_on_the_snapshot_from_then_on(stage: Stage) -> None:
    stage.rehearse()
    stage.rehearse()
    seed = seeded.rung(OLD, PULLED)
    assert stage.restored == [PROVISIONED, seed]
    assert stage.done.count("data") == 1
    assert stage.saved == {PROVISIONED, OLD, seed}


def test_data_that_was_pulled_anew_is_loaded_onto_what_production_runs(stage: Stage) -> None:
    stage.rehearse()
    stage.pulled = replace(PULLED, digest="2")
    stage.rehearse()
    assert stage.restored == [PROVISIONED, OLD]
    assert stage.done.count("data") == 2


def test_without_the_pulled_data_its_snapshot_is_not_used(stage: Stage) -> None:
    stage.rehearse()
    stage.lacking = {"data"}
    stage.rehearse()
    assert stage.restored == [PROVISIONED, OLD]


def test_data_is_loaded_onto_a_vm_that_is_in_use_whatever_is_saved(stage: Stage) -> None:
    stage.rehearse()
    stage.rehearse(Choice(since="data"))
    assert stage.done.count("data") == 2


def test_migrations_are_looked_at_only_on_pulled_data(stage: Stage) -> None:
    stage.rehearse()
    assert stage.watched.__enter__.call_count == 1
    stage.lacking = {"data"}
    stage.rehearse()
    assert stage.watched.__enter__.call_count == 1


def test_without_pulled_data_the_phase_says_how_to_get_some(stage: Stage) -> None:
    stage.lacking = {"data"}
    assert stage.rehearse() is None
    assert dict(stage.report.phases)["data"] == "skipped, nothing for data: get it"


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
    stage.rehearse(Choice(only=frozenset({"deploy", "browser-tests"})))
    [told] = stage.receipts
    assert not told.passed
    states = {phase.name: phase.state for phase in told.phases}
    assert (states["browser-tests"], states["host-tests"]) == ("failed", "left out")


def test_where_nothing_was_deployed_there_is_no_receipt(stage: Stage) -> None:
    stage.rehearse(Choice(since="host-tests"))
    assert stage.receipts == []


def test_what_is_rehearsed_is_one_commit_to_the_end(stage: Stage) -> None:
    stage.rehearse()
    assert stage.commits == ["0ld", "c0ffee", "c0ffee"]
