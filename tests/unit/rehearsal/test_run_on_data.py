"""A rehearsal on pulled data: when it is loaded, and when it is on a snapshot already."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.rehearsals import OLD, PROVISIONED, PULLED, Stage
from understudy.rehearsal import seeded
from understudy.rehearsal.phases import Selection


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stage:
    return Stage(monkeypatch, tmp_path)


def test_pulled_data_is_loaded_once_and_is_on_the_snapshot_from_then_on(stage: Stage) -> None:
    stage.rehearse()
    stage.rehearse()
    seed = seeded.level(OLD, PULLED)
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
    stage.rehearse(Selection(since="data"))
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
