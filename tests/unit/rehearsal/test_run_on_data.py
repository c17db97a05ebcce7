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


def test_pulled_data_is_loaded_once_and_then_restored(stage: Stage) -> None:
    stage.rehearse()
    stage.rehearse()
    seed = seeded.level(OLD, PULLED)
    assert stage.restored == [PROVISIONED, seed]
    assert stage.done.count("data") == 1
    assert stage.saved == {PROVISIONED, OLD, seed}


def test_newly_pulled_data_is_loaded_onto_the_baseline(stage: Stage) -> None:
    stage.rehearse()
    stage.pulled = replace(PULLED, digest="2")
    stage.rehearse()
    assert stage.restored == [PROVISIONED, OLD]
    assert stage.done.count("data") == 2


def test_snapshot_with_data_is_not_restored_without_pulled_data(stage: Stage) -> None:
    stage.rehearse()
    stage.missing = {"data"}
    stage.rehearse()
    assert stage.restored == [PROVISIONED, OLD]


def test_data_is_loaded_onto_a_used_vm_even_if_it_is_saved(stage: Stage) -> None:
    stage.rehearse()
    stage.rehearse(Selection(start_at="data"))
    assert stage.done.count("data") == 2


def test_migrations_are_examined_only_on_pulled_data(stage: Stage) -> None:
    stage.rehearse()
    assert stage.examined.__enter__.call_count == 1
    stage.missing = {"data"}
    stage.rehearse()
    assert stage.examined.__enter__.call_count == 1


def test_phase_without_pulled_data_says_how_to_pull_it(stage: Stage) -> None:
    stage.missing = {"data"}
    assert stage.rehearse() is None
    assert dict(stage.report.phases)["data"] == "skipped, nothing for data"
    assert stage.report.enabling["data"] == "get it"
