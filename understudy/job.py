"""What a verb is about: a target of a deploy.yml, and where to tell what happens."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Self

from understudy.config.model import Config, TargetConfig
from understudy.errors import Unreachable
from understudy.paths import Project
from understudy.report.events import Report


@dataclass(frozen=True)
class Job:
    """address: which host of the target it's about; needed where there are several."""

    project: Project
    config: Config
    target_name: str
    report: Report
    address: str | None = None

    @cached_property
    def target(self) -> TargetConfig:
        """Of one host. Raises ConfigError if there are several and none is chosen: see fleet.

        Raises Unreachable if it has no address yet: the VM before its first `up`.
        """
        return with_address(self.config.one_host(self.target_name, self.address), self.target_name)

    @property
    def directory(self) -> Path:
        """The folder of deploy.yml: paths in it are relative to that."""
        return self.project.config_file.absolute().parent

    def at(self, commit: str) -> Self:
        """The same for that commit of the app."""
        app = self.config.app.model_copy(update={"revision": commit})
        return replace(self, config=self.config.model_copy(update={"app": app}))


def with_address(target: TargetConfig, name: str) -> TargetConfig:
    if not target.address:
        raise Unreachable(
            f"{name} has no address yet", hint="`python deploy.py up` gives the VM one."
        )
    return target
