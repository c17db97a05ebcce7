"""What a verb is about: a target of a deploy.yml, and where to tell what happens."""

from dataclasses import dataclass

from understudy.config import Config, TargetConfig
from understudy.project import Project
from understudy.report import Report


@dataclass(frozen=True)
class Job:
    project: Project
    config: Config
    target_name: str
    report: Report

    @property
    def target(self) -> TargetConfig:
        return self.config.target(self.target_name)
