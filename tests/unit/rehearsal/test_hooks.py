"""A rehearsal runs the hooks around what production's users will meet, and not around what prepares that."""

from pathlib import Path

import pytest

from tests.unit.rehearsals import Stage
from understudy.config.hooks import Hooks

EVENTS = ("before_deploy", "after_deploy", "before_rollback", "after_rollback")


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stage:
    made = Stage(monkeypatch, tmp_path)
    text = f"echo $UNDERSTUDY_EVENT $UNDERSTUDY_RELEASE >>{tmp_path}/notes"
    made.hooks = Hooks.model_validate({event: [["sh", "-c", text]] for event in EVENTS})
    return made


def test_deploys_and_the_rollback_run_them_and_the_baseline_does_not(
    stage: Stage, tmp_path: Path
) -> None:
    assert stage.rehearse() is None

    assert "baseline" in stage.done
    assert (tmp_path / "notes").read_text().replace(" \n", "\n").splitlines() == [
        *("before_deploy", "after_deploy n3w"),
        *("before_rollback", "after_rollback 0ld"),
        *("before_deploy", "after_deploy n3w"),
    ]


def test_fatal_one_that_fails_is_a_failed_phase(stage: Stage) -> None:
    stage.hooks = Hooks.model_validate({"before_deploy": ["false"]})

    error = stage.rehearse()

    assert error
    assert "NOT READY" in error.summary
    assert dict(stage.report.phases)["deploy"] == "failed"
    assert "deploy" not in stage.done
