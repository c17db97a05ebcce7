"""What a verb works on: a target of a deploy.yml, and the report of what happens."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from understudy.config import located
from understudy.config.hooks import Hooks
from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.errors import Unreachable
from understudy.paths import Project
from understudy.report.events import Report

if TYPE_CHECKING:
    # It takes long to import.
    from understudy.ssh.early import EarlyConnection


@dataclass(frozen=True)
class Job:
    """address: of one host of the target; None if the target has one host, or if all are meant.

    config: what runs on the host of that address, and whole: of all hosts together, None if that is the same.
    early: a connection that was begun before deploy.yml was read; the first session there takes it.
    """

    project: Project
    config: Config
    target_name: str
    report: Report
    address: str | None = None
    early: "EarlyConnection | None" = None
    whole: Config | None = None

    @cached_property
    def target(self) -> TargetConfig:
        """The settings of the job's one host.

        Raises ConfigError if the target has several hosts and `address` chooses none of them (see
        host/all_hosts.py), Unreachable if the host has no address yet: the VM before its first `up`.
        """
        return with_address(self.config.one_host(self.target_name, self.address), self.target_name)

    @property
    def is_disposable(self) -> bool:
        """Whether tests may destroy data on the target, one host or several."""
        return self.config.target(self.target_name).disposable

    @property
    def directory(self) -> Path:
        """The folder of deploy.yml. Paths in deploy.yml are relative to it."""
        return self.project.config_file.absolute().parent

    def located(self, sentence: str) -> str:
        """A sentence that begins with a key of deploy.yml, with the line of that key before it."""
        return located.sentence(self.project.config_file, sentence, tuple(Config.model_fields))

    def at(self, commit: str) -> Self:
        """The same job for that commit of the app."""
        app = self.config.app.model_copy(update={"revision": commit})
        return replace(self, config=self.config.model_copy(update={"app": app}))

    def without_hooks(self) -> Self:
        """The same job for a deploy that only prepares something."""
        return replace(self, config=self.config.model_copy(update={"hooks": Hooks()}))


def with_address(target: TargetConfig, name: str) -> TargetConfig:
    """The target as it is. Raises Unreachable if it has no address; name: what the error calls it."""
    if not target.address:
        raise Unreachable(
            f"{name} has no address yet", hint="`python deploy.py up` gives the VM an address."
        )
    return target
