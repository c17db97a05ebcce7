"""Rehearsals whose phases only record that they ran."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Barrier, Event
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import MagicMock

import pytest

from tests.unit.fakes import FakeReport, manifest
from tests.unit.receipt_samples import CANDIDATE, STAGING
from tests.unit.staging import Staging
from understudy.cli import reports
from understudy.config.hooks import Hooks
from understudy.data import load as data_load
from understudy.data.bundle import DataBundle
from understudy.deploy import commits, deploy_host, renew_under_load
from understudy.deploy import rollback as deploy_rollback
from understudy.deploy.rollback_data import NeedsItsData
from understudy.diagnosis import explain
from understudy.errors import (
    ConfigError,
    Refused,
    StepFailed,
    Stopped,
    SuiteFailed,
    UnderstudyError,
)
from understudy.host import batches
from understudy.host.batches import Outcome
from understudy.job import Job
from understudy.receipts import inputs, issue
from understudy.receipts.issue import RehearsalResult
from understudy.rehearsal import baseline, interrupted, migrations, timers, verify
from understudy.rehearsal import run as rehearsal_run
from understudy.rehearsal.baseline import Baseline
from understudy.rehearsal.phases import NAMES, PHASES, Selection, skipped
from understudy.rehearsal.run import Rehearsal
from understudy.rehearsal.timings import Timings
from understudy.release.layout import Manifest
from understudy.report.events import Report
from understudy.vm.levels import DEPLOYED, Level
from understudy.vm.machine import Vm

ALL = [*NAMES]
OnLive = Callable[[Manifest], None]
PROVISIONED, OLD = Level("provisioned", "1"), Level(DEPLOYED, "0ld")
PULLED = DataBundle("production", "sqlite", "20260102T030405Z", 1, digest="1")
DEPLOYS = {"baseline", "deploy", "forward"}


# The phases that are suites of tests, and the functions of verify that make them.
SUITES = {
    "host-tests": "host_tests",
    "browser-tests": "browser_tests",
    "reboot": "reboot_test",
}
PATIENCE = 10


class StageSuite:
    """Records that it ran. Of two beside each other one ends first; one that hangs runs until it is stopped."""

    def __init__(self, stage: "Stage", name: str, job: Job) -> None:
        self._stage, self._name = stage, name
        self._stopped, self._why = Event(), ""

    def begin(self) -> None:
        self._stage.begun.append((self._name, [*self._stage.done]))

    def run(self, report: Report) -> None:
        with report.step(f"run {self._name}"):
            if self._name in self._stage.hanging:
                assert self._stopped.wait(PATIENCE)
                raise Stopped(self._why)
            if self._stage.meeting and self._name != "reboot":
                self._stage.meeting.wait(PATIENCE)
            if self._name in self._stage.later():
                assert self._stage.first_ended.wait(PATIENCE)
                if self._stage.slow and self._stopped.wait(0.1):
                    raise Stopped(self._why)
            try:
                self._stage.run(self._name)
            finally:
                self._stage.first_ended.set()

    def stop(self, why: str) -> None:
        self._why = why
        self._stopped.set()

    def close(self) -> None:
        self._stage.closed.append(self._name)


class Stage:
    """A rehearsal whose phases only record that they ran.

    failing: names of phases; failing_hosts: of those that fail on several hosts, for no known cause.
    failing_tests, hanging: names of suites. missing: names of phases whose prerequisite is missing.
    begun: the suites that were begun ahead, each with what was done then.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
        self.failing: set[str] = set()
        self.failing_hosts: set[str] = set()
        self.failing_tests: set[str] = set()
        self.hanging: set[str] = set()
        self.begun: list[tuple[str, list[str]]] = []
        self.closed: list[str] = []
        # Whether the host tests end after the browser tests.
        self.slow = False
        # What was done when the screenshots were compared.
        self.pictures: list[list[str]] = []
        self.running: set[str] = set()
        self.first_ended = Event()
        self.meeting: Barrier | None = None
        # Set when production is asked; `up` waits for it.
        self.asking: Event | None = None
        self.asked = 0
        self.missing: set[str] = set()
        self.warnings: list[str] = []
        self.interrupted = ""
        self.done: list[str] = []
        self.saved = {PROVISIONED}
        self.restored: list[Level] = []
        self.receipts: list[RehearsalResult] = []
        self.commits: list[str] = []
        # What was done when the issuer of certificates was started.
        self.issuing: list[list[str]] = []
        self.staging = Staging()
        self.pulled = PULLED
        self.needs_data = False
        self.https = "auto"
        self.basic_auth = False
        self.counts_tasks = True
        self.has_timers = True
        self.hooks = Hooks()
        # The context manager around a deploy whose migrations are examined.
        self.examined = MagicMock()
        self.timings = Timings(directory / "timings.json")
        monkeypatch.setattr(explain, "explained", lambda _, busy: nullcontext())
        monkeypatch.setattr(baseline, "find", lambda _: self.baseline())
        monkeypatch.setattr(commits, "resolve", lambda _: SimpleNamespace(commit="c0ffee"))
        monkeypatch.setattr(commits, "check", lambda _: self.check())
        monkeypatch.setattr(commits, "report", lambda *_: None)
        monkeypatch.setattr(deploy_host, "deploy", self.deploy)
        monkeypatch.setattr(data_load, "find", lambda *_: self.require("data", self.pulled))
        monkeypatch.setattr(data_load, "load", lambda *_: self.run("data"))
        monkeypatch.setattr(migrations, "examined", lambda _: self.examined)
        monkeypatch.setattr(rehearsal_run, "SshConnection", lambda *_: nullcontext())
        monkeypatch.setattr(issue, "check_key", lambda _: None)
        monkeypatch.setattr(inputs, "candidate", lambda *_: CANDIDATE)
        monkeypatch.setattr(inputs, "fingerprint_of", lambda _: STAGING)
        monkeypatch.setattr(issue, "write", lambda _, receipt: self.receipts.append(receipt))
        monkeypatch.setattr(deploy_host, "require_converged", lambda _: self.run("again"))
        monkeypatch.setattr(renew_under_load, "renew", lambda _: self.run("edge"))
        monkeypatch.setattr(timers, "rehearse", lambda _: self.run("timers"))
        monkeypatch.setattr(interrupted, "rehearse", lambda _: self.run("interrupted"))
        monkeypatch.setattr(deploy_rollback, "earlier", lambda _: self.require("rollback", "0ld"))
        monkeypatch.setattr(deploy_rollback, "rollback", self.rollback)
        for name, function in SUITES.items():
            monkeypatch.setattr(verify, function, partial(StageSuite, self, name))

    def later(self) -> set[str]:
        """The suite that waits for the end of the one beside it, if both run."""
        both = {"host-tests", "browser-tests"}
        if not both <= self.running - self.hanging:
            return set()
        return {"host-tests" if self.slow else "browser-tests"}

    def rollback(
        self, job: Job, *, on_live: OnLive, probe: bool = False, with_data: bool = False
    ) -> None:
        if self.needs_data and not with_data:
            raise NeedsItsData("0ld can't work", details="the column name is gone")
        self.run("rollback with data" if with_data else "rollback")
        on_live(manifest("0ld", "2024-01-01"))

    def run(self, name: str) -> None:
        self.done.append(name)
        if name == self.interrupted:
            raise KeyboardInterrupt
        if name in self.failing_tests:
            raise SuiteFailed(f"{name} have failed", first=f"test_x of {name}: no")
        if name in self.failing_hosts:
            raise batches.stopped("vagrant", [Outcome("a", StepFailed(f"{name}: no room"))], [])
        if name in self.failing:
            raise StepFailed(f"{name} has failed", cause=f"why {name} failed", hint="fix it")

    def check(self) -> SimpleNamespace:
        """The check of what is committed."""
        if "source" in self.failing:
            raise ConfigError("the source has failed")
        return SimpleNamespace(commit="c0ffee")

    def require(self, name: str, answer: Any) -> Any:
        if name in self.missing:
            raise Refused(f"nothing for {name}", hint="get it")
        return answer

    def up(self) -> None:
        if self.asking:
            assert self.asking.wait(PATIENCE)
        self.run("up")

    def baseline(self) -> Baseline:
        self.asked += 1
        if self.asking:
            self.asking.set()
        if "baseline" in self.missing:
            return Baseline(reason="nothing for baseline")
        return Baseline("0ld", OLD)

    def deploy(
        self, job: Job, probe: bool = False, on_live: OnLive = lambda release: None
    ) -> list[str]:
        done = [name for name in self.done if name in DEPLOYS]
        name = "baseline" if not probe else "forward" if "deploy" in done else "deploy"
        self.commits.append(job.config.app.revision)
        self.run(name)
        on_live(manifest("n3w", "2024-02-01"))
        return self.warnings if name == "deploy" else []

    def reset(self, *wanted: Level) -> Level:
        self.run("reset")
        self.restored.append(next(one for one in (*wanted, PROVISIONED) if one in self.saved))
        return self.restored[-1]

    def rehearse(self, selection: Selection | None = None) -> UnderstudyError | None:
        selection = selection or Selection()
        self.running = {phase.name for phase in PHASES if not skipped(phase, selection, {})}
        vm = SimpleNamespace(up=self.up, reset=self.reset, save=self.saved.add, where="")
        vm.issuer = SimpleNamespace(ensure=lambda: self.issuing.append([*self.done]))
        self.first_ended.clear()
        recorder = reports.recorder(self.report, "rehearse", "staging")
        recorder.prepare_pictures = lambda: self.pictures.append([*self.done])
        job = self.staging.job(https=self.https, basic_auth=self.basic_auth)
        verify = job.config.verify.model_copy(update={"tasks": self.counts_tasks or None})
        some = {"prune": None} if self.has_timers else {}
        parts = {"verify": verify, "timers": some, "hooks": self.hooks}
        config = job.config.model_copy(update=parts)
        job = replace(job, config=config, report=recorder)
        try:
            Rehearsal(job, cast(Vm, vm), selection, self.timings, recorder).run()
        except UnderstudyError as error:
            return error
        return None

    @property
    def report(self) -> FakeReport:
        return self.staging.report
