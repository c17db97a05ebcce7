"""Each timer is run once; the failed ones are all reported, with what they printed."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.fakes import FakeConnection, config, failed, printed
from tests.unit.staging import Staging
from understudy.errors import StepFailed
from understudy.rehearsal import timers

TIMERS = {
    name: {"command": [name], "calendar": "daily", "timeout": 60}
    for name in ("prune", "mail", "count")
}


def rehearse(monkeypatch: pytest.MonkeyPatch, **answers: Any) -> Staging:
    staging = Staging()
    host = FakeConnection({f"timer-run {name}": done for name, done in answers.items()})
    monkeypatch.setattr(timers, "SshConnection", lambda *_: host)
    timers.rehearse(replace(staging.job(), config=config(timers=TIMERS)))
    return staging


GOOD = {"prune": printed("pruned 3"), "mail": printed(""), "count": printed("")}


def test_report_has_the_output_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    staging = rehearse(monkeypatch, **GOOD)

    assert staging.report.steps == [(f"run timer {name}", True) for name in TIMERS]
    assert [output for _, output, _ in staging.report.commands] == ["pruned 3", "", ""]


def test_all_failed_ones_are_reported_with_their_output(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {"prune": failed("reading\n", "no such table\n"), "count": failed("", "gone")}

    with pytest.raises(StepFailed) as caught:
        rehearse(monkeypatch, **(GOOD | broken))

    error = caught.value
    assert "timers prune, count failed" in error.summary
    assert "timer prune failed:\nreading\nno such table" in error.details
    assert "timer count failed:\ngone" in error.details
    assert "timers run prune" in error.hint
