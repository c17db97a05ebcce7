"""A rollback is broken off around its switch, and the deploy after it finishes."""

from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from tests.unit.records import new_recorder
from tests.unit.rehearsal.test_several_hosts import WEB, WORKER
from tests.unit.rehearsal.test_several_hosts import job as of_several
from tests.unit.staging import Staging
from understudy.deploy import deploy_host, rollout, together
from understudy.errors import StepFailed, Stopped
from understudy.host import all_hosts
from understudy.host.actions import Meet, Point
from understudy.host.gates import Gate
from understudy.job import Job
from understudy.rehearsal import interrupted
from understudy.report.record import Verdict

Done = list[tuple[str, str]]


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Done:
    """Host and step of what was done. Hosts roll back at the same time, and wait for each other."""
    done: Done = []

    def roll_back_one(host: Job, gate: Gate | None, all_begun: Barrier) -> None:
        meet = Meet(together.BEFORE_SWITCH, Point.HANDED_OVER, "not switched")
        with host.report.step("start release old"):
            all_begun.wait(10)
        if gate:
            with host.report.step(meet.title):
                gate.meet(meet, "")
        for title in ("switch to old", "drain new"):
            with host.report.step(title):
                done.append((host.target.address, title))

    def roll_back(job: Job, *_: object, **__: object) -> None:
        hosts = all_hosts.jobs(job)
        all_hosts.together(hosts, partial(roll_back_one, all_begun=Barrier(len(hosts))))

    def deploy(job: Job, **_: object) -> None:
        done.append(("", "deploy"))

    def require_converged(job: Job) -> None:
        done.append((job.target.address, "converged"))

    monkeypatch.setattr(rollout, "rollback", roll_back)
    monkeypatch.setattr(rollout, "deploy", deploy)
    monkeypatch.setattr(deploy_host, "require_converged", require_converged)
    monkeypatch.setattr(interrupted, "SshConnection", lambda *_: nullcontext())
    monkeypatch.setattr(interrupted, "counted_tasks", lambda *_: nullcontext())
    return done


def test_nothing_of_the_rollback_follows_its_switch(done: Done) -> None:
    interrupted.rehearse(Staging().job())

    assert [step for _, step in done] == ["switch to old", "deploy", "converged"]


def test_one_of_several_hosts_ends_before_the_switch_then_one_right_after_it(done: Done) -> None:
    interrupted.rehearse(of_several())

    finished = [("", "deploy"), (WORKER, "converged"), (WEB, "converged")]
    assert done[:3] == finished, "none switched while one was missing"
    assert [step for _, step in done[3:4]] == ["switch to old"], "and then one alone"
    assert done[4:] == finished


def test_wait_that_is_broken_off_on_purpose_is_no_failed_step(done: Done) -> None:
    recorder = new_recorder()

    interrupted.rehearse(replace(of_several(), report=recorder))

    steps = [step for phase in recorder.record(Verdict.PASSED).phases for step in phase.steps]
    [broken_off] = [step for step in steps if "broken off on purpose" in step.lines]
    assert broken_off.title.endswith(together.BEFORE_SWITCH)
    assert all(step.ok for step in steps)


def test_step_that_fails_by_itself_on_a_host_that_waits_is_a_failed_one(
    done: Done, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet = Meet(together.BEFORE_SWITCH, Point.HANDED_OVER, "not switched")

    def roll_back_one(host: Job, gate: Gate | None, all_begun: Barrier) -> None:
        all_begun.wait(10)
        assert gate
        try:
            with host.report.step(meet.title):
                gate.meet(meet, "")
        except Stopped:
            with host.report.step("start what was stopped"):
                raise StepFailed("it does not start") from None

    def roll_back(job: Job, *_: object, **__: object) -> None:
        hosts = all_hosts.jobs(job)
        all_hosts.together(hosts, partial(roll_back_one, all_begun=Barrier(len(hosts))))

    monkeypatch.setattr(rollout, "rollback", roll_back)
    recorder = new_recorder()

    interrupted.rehearse(replace(of_several(), report=recorder))

    steps = [step for phase in recorder.record(Verdict.PASSED).phases for step in phase.steps]
    assert [step.title.split(": ")[1] for step in steps if not step.ok] == [
        "start what was stopped"
    ]


def test_host_that_is_not_as_desired_in_the_end_fails_the_phase(
    done: Done, monkeypatch: pytest.MonkeyPatch
) -> None:
    def differs(job: Job) -> None:
        raise StepFailed(f"another deploy would change {job.target.address}")

    monkeypatch.setattr(deploy_host, "require_converged", differs)

    with pytest.raises(StepFailed):
        interrupted.rehearse(of_several())
    assert done == [("", "deploy")]


def test_interruption_by_the_user_ends_the_rehearsal(
    done: Done, monkeypatch: pytest.MonkeyPatch
) -> None:
    def roll_back(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rollout, "rollback", roll_back)

    with pytest.raises(KeyboardInterrupt):
        interrupted.rehearse(Staging().job())
    assert not done
