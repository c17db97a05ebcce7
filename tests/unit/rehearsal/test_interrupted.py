"""A rollback ends right after its switch, and the deploy after it finishes."""

from contextlib import nullcontext
from typing import Any

import pytest

from tests.unit.staging import Staging
from understudy.deploy import deploy_host, rollback
from understudy.job import Job
from understudy.rehearsal import interrupted


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    done: list[str] = []

    def roll_back(job: Job, **more: Any) -> None:
        for title in ("start release old", "switch to old", "drain new"):
            with job.report.step(title):
                done.append(title)

    monkeypatch.setattr(rollback, "rollback", roll_back)
    monkeypatch.setattr(deploy_host, "deploy", lambda job: done.append("deploy"))
    monkeypatch.setattr(interrupted, "SshConnection", lambda *_: nullcontext())
    monkeypatch.setattr(interrupted, "counted_tasks", lambda *_: nullcontext())
    return done


def test_nothing_of_the_rollback_follows_its_switch(done: list[str]) -> None:
    interrupted.rehearse(Staging().job())

    assert done == ["start release old", "switch to old", "deploy"]


def test_interruption_by_the_user_ends_the_rehearsal(
    done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def roll_back(job: Job, **more: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rollback, "rollback", roll_back)

    with pytest.raises(KeyboardInterrupt):
        interrupted.rehearse(Staging().job())
    assert not done
