"""A VM that has only snapshots, and records what is done with it."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import MagicMock

from tests.unit.staging import Staging
from understudy.job import Job
from understudy.vm.levels import PROVISIONED, Level
from understudy.vm.machine import Vm

BASE = Level(PROVISIONED, "1")


class RecordingVm:
    """saved: the levels with a snapshot. calls: `reset`, `save`, and what a test adds."""

    def __init__(self) -> None:
        self.saved = {BASE}
        self.calls: list[str] = []
        self.issuer = MagicMock()

    def reset(self, *wanted: Level) -> Level:
        self.calls.append("reset")
        return next(one for one in (*wanted, BASE) if one in self.saved)

    def save(self, level: Level) -> None:
        self.calls.append("save")
        self.saved.add(level)

    def deploy(self, _: Job) -> list[str]:
        """In place of deploy_host.deploy(): without a warning."""
        self.calls.append("deploy")
        return []

    @property
    def as_vm(self) -> Vm:
        return cast(Vm, SimpleNamespace(reset=self.reset, save=self.save, issuer=self.issuer))


def job_of(repository: Path, **app: Any) -> Job:
    """For an app whose repository is the project's directory. app: settings in deploy.yml."""
    return Staging(repository).job({"source": ".", **app})
