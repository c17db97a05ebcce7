"""A rehearsal ends in a verdict, whatever happens in it."""

from types import SimpleNamespace
from typing import cast

import pytest

from tests.unit.fakes import FakeReport
from tests.unit.staging import Staging
from understudy import rehearsal, runner, verify
from understudy.errors import StepFailed
from understudy.job import Job
from understudy.vm import Vm

STEPS = ["up", "deploy", "verify", "converged"]


def rehearsed(
    monkeypatch: pytest.MonkeyPatch, failing: str = "", warnings: list[str] | None = None
) -> tuple[list[str], FakeReport]:
    """The steps that were begun, and what was told."""
    done: list[str] = []

    def step(name: str) -> None:
        done.append(name)
        if name == failing:
            raise StepFailed(f"{name} failed")

    def deploy(job: Job, probe: bool) -> list[str]:
        step("deploy")
        assert probe
        return warnings or []

    monkeypatch.setattr(runner, "deploy", deploy)
    monkeypatch.setattr(verify, "verify", lambda _, slow: step("verify"))
    monkeypatch.setattr(runner, "require_converged", lambda _: step("converged"))
    vm = cast(Vm, SimpleNamespace(up=lambda: step("up")))
    staging = Staging()
    try:
        rehearsal.rehearse(staging.job(), vm)
    except StepFailed as error:
        staging.report.said.append(error.summary)
    return done, staging.report


def test_all_steps_passed_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    done, report = rehearsed(monkeypatch)

    assert done == STEPS
    assert report.said[-1].startswith("verdict: READY")


def test_deploy_that_went_through_with_a_warning_is_not_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done, report = rehearsed(monkeypatch, warnings=["the migration breaks the old code"])

    assert done == STEPS
    assert any(text.startswith("verdict: NOT READY") for text in report.said)


@pytest.mark.parametrize("failing", STEPS)
def test_failed_step_is_not_ready_and_the_last(
    failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, report = rehearsed(monkeypatch, failing)

    assert done == STEPS[: STEPS.index(failing) + 1]
    verdict, raised = report.said
    assert verdict.startswith("verdict: NOT READY")
    assert raised == f"{failing} failed"
