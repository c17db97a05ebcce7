"""Where a failure scenario is tried: on the staging VM, or on any host that may be spoiled (spare_host.py).

Both have a healthy release of the app at first, and again before each scenario.
"""

import json
import re
import shlex
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from tests.integration.staging import Answer, Staging, make_app
from tests.traps.base import Base, merge
from tests.traps.trap import READY, SOURCE, Trap
from understudy.rehearsal.phases import NAMES
from understudy.vm.levels import DEPLOYED, Level

Event = dict[str, Any]
# Of the healthy release, so that the same commit is still something to deploy.
HEALTHY = {"app": {"environment": {"HEALTHY": "yes"}}}
HTTPS = {"targets": {"vagrant": {"https": "auto"}}}
# Phases of a rehearsal of a scenario in which none may fail. The browser tests are the example's, but for the
# checks of every site, which look at its edge.
READY_PHASES = ("deploy", "host-tests", "again")
EDGE_PHASES = (*READY_PHASES, "browser-tests", "edge")


@dataclass(frozen=True)
class Outcome:
    """events: all that a rehearsal said with --json. seconds: it took."""

    events: tuple[Event, ...]
    seconds: float

    @classmethod
    def of(cls, text: str, seconds: float) -> "Outcome":
        lines = (line for line in text.splitlines() if line.startswith("{"))
        return cls(tuple(map(json.loads, lines)), seconds)

    @property
    def phase(self) -> str:
        """The first in their order that failed, "source" if it did not come to any, "ready" if none did."""
        ended = (event for event in self.events if event["event"] == "phase ended")
        failed = sorted((event["name"] for event in ended if not event["ok"]), key=NAMES.index)
        return failed[0].replace("-", " ") if failed else SOURCE if self.errors else READY

    @property
    def errors(self) -> list[Event]:
        """Of the phase that failed, and the verdict."""
        return [event for event in self.events if event["event"] == "error"]

    @property
    def verdict(self) -> tuple[str, str]:
        """The cause and the first line of the hint, with commands as for the usual deploy.yml."""
        if not self.errors:
            return "", ""
        hint = re.sub(r" --(config|target) \S+?(?=[).`]*(\s|$))", "", self.errors[-1]["hint"])
        error = self.errors[-1]
        return error["cause"] or error["summary"], hint.partition("\n")[0]

    def is_right_of(self, trap: Trap) -> bool:
        found = self.phase, self.verdict
        return found == (trap.phase, (trap.cause, trap.hint)) and trap.warns in self.warnings

    @property
    def warnings(self) -> str:
        found = (event["text"] for event in self.events if event["event"] == "warning")
        return "\n".join((*found, *(error["details"] for error in self.errors)))


class Place(ABC):
    """base: the app that is healthy there. over_https: whether its target has `https: auto`."""

    target = "vagrant"

    def __init__(self, base: Base, directory: Path, *, over_https: bool = False) -> None:
        self.base, self.directory, self.over_https = base, directory, over_https

    @cached_property
    def healthy(self) -> Staging:
        return self.lay(self.directory, {**HEALTHY, **(HTTPS if self.over_https else {})})

    def lay(self, directory: Path, settings: Mapping[str, Any]) -> Staging:
        """The app in a repository of its own, with a deploy.yml for this place."""

        def change(shipped: dict[str, Any]) -> None:
            shipped |= merge(self.base.apply(self.with_target(shipped)), settings)

        return make_app(self.base.source, directory, change)

    def lay_trap(self, trap: Trap, directory: Path) -> Staging:
        staging = self.lay(directory, trap.settings)
        trap.change(staging.repository)
        staging.commit(trap.name)
        trap.leave_uncommitted(staging.repository)
        return staging

    def with_target(self, shipped: dict[str, Any]) -> dict[str, Any]:
        return shipped

    def obstacle(self, trap: Trap) -> str:
        """Why a scenario can't be rehearsed there; an empty text if it can."""
        return ""

    @property
    @abstractmethod
    def words(self) -> str:
        """Where that is, for the reader of docs/traps.md."""

    @abstractmethod
    def prepare(self) -> None:
        """Makes the app healthy there."""

    @abstractmethod
    def restore(self) -> None: ...

    def end(self) -> None:  # noqa: B027 - most have nothing of that kind
        """Removes what is there for its scenarios alone."""

    @property
    def neutral(self) -> dict[str, str]:
        """Addresses of this place -> what a recording has instead."""
        return {}

    @abstractmethod
    def root(self, line: str, role: str = "") -> Answer:
        """Runs a line of shell there as root. role: on the first of several hosts with it."""

    @abstractmethod
    def rehearse(self, staging: Staging, trap: Trap) -> Outcome: ...

    @property
    def app(self) -> dict[str, Any]:
        settings = yaml.safe_load(self.healthy.config.read_text())
        return dict(settings["app"])

    def sql(self, statement: str) -> Answer:
        name = self.app["name"]
        program = f"sqlite3 /srv/{name}/shared/database/db.sqlite3"
        if self.app.get("database") == "postgresql":
            program = f"psql -XqAt -v ON_ERROR_STOP=1 -d {name} -c"
        return self.root(f"cd /; sudo -u {name} {program} {shlex.quote(statement)}")


class StagingVm(Place):
    @property
    def words(self) -> str:
        return "on the staging VM" + (", a container" if self.healthy.provider == "lxc" else "")

    @property
    def level(self) -> Level:
        return Level(DEPLOYED, f"scenarios-{self.base.name}{'-https' * self.over_https}")

    def prepare(self) -> None:
        for verb in ("up", "reset", "deploy"):
            assert self.healthy.deploy_py(verb).code == 0
        self.healthy.machine().save(self.level)

    def restore(self) -> None:
        """Others may have saved so much that this one had to give way."""
        if self.healthy.machine().reset(self.level) != self.level:
            self.prepare()

    def root(self, line: str, role: str = "") -> Answer:
        return self.healthy.host(line)

    def rehearse(self, staging: Staging, trap: Trap) -> Outcome:
        phases = EDGE_PHASES if trap.target else READY_PHASES
        only = [f"--only={phase}" for phase in phases] if trap.is_ready else []
        answer = staging.deploy_py("rehearse", "--keep", "--fail-fast", "--json", *only)
        return Outcome.of(answer.text, answer.seconds)
