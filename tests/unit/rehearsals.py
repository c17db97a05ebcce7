"""Rehearsals whose phases only record that they ran."""

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
from understudy.cli import reports
from understudy.data import load as data_load
from understudy.data.bundle import DataBundle
from understudy.deploy import commits, deploy_host
from understudy.deploy import rollback as deploy_rollback
from understudy.deploy.rollback_data import NeedsItsData
from understudy.diagnosis import evidence
from understudy.errors import ConfigError, Refused, StepFailed, UnderstudyError
from understudy.job import Job
from understudy.receipts import inputs, issue
from understudy.receipts.issue import RehearsalResult
from understudy.rehearsal import baseline, migrations, verify
from understudy.rehearsal import run as rehearsal_run
from understudy.rehearsal.baseline import Baseline
from understudy.rehearsal.phases import NAMES, Selection
from understudy.rehearsal.run import Rehearsal
from understudy.rehearsal.timings import Timings
from understudy.vm.levels import DEPLOYED, Level
from understudy.vm.machine import Vm

ALL = [*NAMES]
PROVISIONED, OLD = Level("provisioned", "1"), Level(DEPLOYED, "0ld")
PULLED = DataBundle("production", "sqlite", "20260102T030405Z", 1, digest="1")
DEPLOYS = {"baseline", "deploy", "forward"}


class Stage:
    """A rehearsal whose phases only record that they ran.

    failing: names of phases. missing: names of phases whose prerequisite is missing.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
        self.failing: set[str] = set()
        self.missing: set[str] = set()
        self.warnings: list[str] = []
        self.interrupted = ""
        self.done: list[str] = []
        self.saved = {PROVISIONED}
        self.restored: list[Level] = []
        self.receipts: list[RehearsalResult] = []
        self.commits: list[str] = []
        self.staging = Staging()
        self.pulled = PULLED
        self.needs_data = False
        # The context manager around a deploy whose migrations are examined.
        self.examined = MagicMock()
        self.timings = Timings(directory / "timings.json")
        monkeypatch.setattr(evidence, "explained", lambda _, busy: nullcontext())
        monkeypatch.setattr(baseline, "find", lambda _: self.baseline())
        monkeypatch.setattr(commits, "resolve", lambda _: SimpleNamespace(commit="c0ffee"))
        monkeypatch.setattr(commits, "check", lambda _: self.check())
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
        monkeypatch.setattr(deploy_rollback, "earlier", lambda _: self.require("rollback", "0ld"))
        monkeypatch.setattr(deploy_rollback, "rollback", self.rollback)
        monkeypatch.setattr(verify, "host_tests", lambda _: self.run("host-tests"))
        monkeypatch.setattr(verify, "browser_tests", lambda _: self.run("browser-tests"))
        monkeypatch.setattr(verify, "reboot_test", lambda _: self.run("reboot"))

    def rollback(self, job: Job, *, probe: bool = False, with_data: bool = False) -> None:
        if self.needs_data and not with_data:
            raise NeedsItsData("0ld can't work", details="the column name is gone")
        self.run("rollback with data" if with_data else "rollback")

    def run(self, name: str) -> None:
        self.done.append(name)
        if name == self.interrupted:
            raise KeyboardInterrupt
        if name in self.failing:
            raise StepFailed(f"{name} has failed", cause=f"why {name} failed", hint="fix it")

    def check(self) -> None:
        """The check of what is committed."""
        if "source" in self.failing:
            raise ConfigError("the source has failed")

    def require(self, name: str, answer: Any) -> Any:
        if name in self.missing:
            raise Refused(f"nothing for {name}", hint="get it")
        return answer

    def baseline(self) -> Baseline:
        if "baseline" in self.missing:
            return Baseline(reason="nothing for baseline")
        return Baseline("0ld", OLD)

    def deploy(self, job: Job, probe: bool = False) -> list[str]:
        done = [name for name in self.done if name in DEPLOYS]
        name = "baseline" if not probe else "forward" if "deploy" in done else "deploy"
        self.commits.append(job.config.app.revision)
        self.run(name)
        return self.warnings if name == "deploy" else []

    def reset(self, *wanted: Level) -> Level:
        self.run("reset")
        self.restored.append(next(one for one in (*wanted, PROVISIONED) if one in self.saved))
        return self.restored[-1]

    def rehearse(self, selection: Selection | None = None) -> UnderstudyError | None:
        vm = SimpleNamespace(up=lambda: self.run("up"), reset=self.reset, save=self.saved.add)
        recorder = reports.recorder(self.report, "rehearse", "staging")
        job = replace(self.staging.job(), report=recorder)
        try:
            Rehearsal(job, cast(Vm, vm), selection or Selection(), self.timings, recorder).run()
        except UnderstudyError as error:
            return error
        return None

    @property
    def report(self) -> FakeReport:
        return self.staging.report
