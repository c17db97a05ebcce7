"""The one door to Vagrant: the staging VM's life. Calls are few, for each costs over a second."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TextIO

import vagrant

from understudy import box as boxes
from understudy.box import Box
from understudy.config import Config, TargetConfig
from understudy.connection import SshConnection
from understudy.errors import StepFailed, UnderstudyError, Unreachable
from understudy.health import wait_for_port
from understudy.project import Project
from understudy.provision import provisioning
from understudy.report import Report

SNAPSHOT = "provisioned"
TAIL_LINES = 20


class Vm:
    """The staging VM of one deploy.yml."""

    def __init__(self, project: Project, config: Config, report: Report) -> None:
        self._project = project
        self._config = config
        self._report = report
        self._state = project.state / "vm" / config.vm.name
        self._vagrant = vagrant.Vagrant(
            root=str(project.directory),
            out_cm=self._log,
            err_cm=self._log,
            env={**os.environ, "UNDERSTUDY_CONFIG": str(project.config_file.absolute())},
        )

    @property
    def _target(self) -> TargetConfig:
        return self._config.target("vagrant")

    def up(self) -> None:
        """Brings up the VM from a box that matches deploy.yml and provision/, provisioned."""
        wanted = self._box()
        if self._made_from() == wanted.version and self._answers():
            self._report.say(f"VM {self._config.vm.name} is up at {self._config.vm.address}")
            return
        self._ensure_box(wanted)
        if self._made_from() not in ("", wanted.version):
            self._report.say("the box has changed: the VM is made anew")
            self.destroy()
        new = self._made_from() == ""
        with self._report.step(f"bring up VM {self._config.vm.name}"):
            self._boot()
        self._remember_host_key()
        if new:
            with self._report.step(f"save the snapshot '{SNAPSHOT}'"):
                self._call(self._vagrant.snapshot_save, SNAPSHOT)
            # Last: a VM without this mark is half-made, and is made anew.
            self._state.joinpath("made-from").write_text(wanted.version)
