"""Where a failure scenario is tried: on the staging VM, or on any host that may be spoiled.

Both have a healthy release of the app at first, and again before each scenario.
"""

import io
import json
import re
import shlex
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import yaml

from tests.integration.staging import PROJECT, Answer, Staging, make_app, run
from tests.traps.base import Base, merge
from tests.traps.trap import READY, SOURCE, Trap, target_of
from understudy.config import model as configuration
from understudy.errors import UnderstudyError
from understudy.job import Job
from understudy.paths import Project
from understudy.project import overrides
from understudy.rehearsal.phases import NAMES, Selection
from understudy.rehearsal.run import Rehearsal
from understudy.rehearsal.timings import Timings
from understudy.report.events import JsonReport
from understudy.report.recorder import Recorder
from understudy.vm.levels import DEPLOYED, Level
from understudy.vm.machine import Vm

Event = dict[str, Any]
# Of the healthy release, so that the same commit is still something to deploy.
HEALTHY = {"app": {"environment": {"HEALTHY": "yes"}}}
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
        hint = re.sub(r" --(config|target) \S+?(?=[).]*(\s|$))", "", self.errors[-1]["hint"])
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
    """base: the app that is healthy there."""

    target = "vagrant"

    def __init__(self, base: Base, directory: Path) -> None:
        self.base, self.directory = base, directory

    @cached_property
    def healthy(self) -> Staging:
        return self.lay(self.directory, HEALTHY)

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

    @abstractmethod
    def root(self, line: str) -> Answer:
        """Runs a line of shell there as root."""

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
        return Level(DEPLOYED, f"scenarios-{self.base.name}")

    def prepare(self) -> None:
        for verb in ("up", "reset", "deploy"):
            assert self.healthy.deploy_py(verb).code == 0
        self.healthy.machine().save(self.level)

    def restore(self) -> None:
        """Others may have saved so much that this one had to give way."""
        if self.healthy.machine().reset(self.level) != self.level:
            self.prepare()

    def root(self, line: str) -> Answer:
        return self.healthy.host(line)

    def rehearse(self, staging: Staging, trap: Trap) -> Outcome:
        phases = EDGE_PHASES if trap.target else READY_PHASES
        only = [f"--only={phase}" for phase in phases] if trap.is_ready else []
        answer = staging.deploy_py("rehearse", "--keep", "--fail-fast", "--json", *only)
        return Outcome.of(answer.text, answer.seconds)


class SpareHost(Place):
    """A host that `--target` and `--deploy-config` name. It has no snapshots: files are copied."""

    def __init__(self, base: Base, directory: Path, config: Path, target: str) -> None:
        super().__init__(base, directory)
        self.target = target
        self.settings = yaml.safe_load(config.read_text())["targets"][target]
        found = configuration.load(config).targets[target]
        assert found.disposable, (
            f"{target} is not marked `disposable: true`: nothing is tried there"
        )
        for name in ("key", "known_hosts"):
            if path := getattr(found, name):
                self.settings[name] = str(path.resolve())

    def with_target(self, shipped: dict[str, Any]) -> dict[str, Any]:
        domain = shipped["targets"]["vagrant"]["domain"]
        target = {**self.settings, "domain": domain, "require_receipt": False}
        return {**shipped, "targets": {**shipped["targets"], self.target: target}}

    def lay(self, directory: Path, settings: Mapping[str, Any]) -> Staging:
        targets = {self.target: target_of(settings)}
        return super().lay(directory, {**settings, "targets": targets})

    def obstacle(self, trap: Trap) -> str:
        if trap.phase == "reboot":
            return "a spare host is not rebooted"
        if "https" in trap.target:
            return "only the staging VM has an issuer for HTTPS"
        if "memory_max" in trap.settings.get("app", {}) and not self._limits_memory:
            return "memory can't be limited there"
        return ""

    @cached_property
    def _limits_memory(self) -> bool:
        """A container may have no cgroup for it."""
        answer = self.root("systemctl show --property MemoryCurrent --value nginx")
        return answer.text.splitlines()[-1].isdigit()

    @cached_property
    def words(self) -> str:
        answer = self.root(
            '. /etc/os-release; echo "$NAME $VERSION_ID"; '
            "systemd-detect-virt -cq && echo system container || echo host"
        )
        system, kind = answer.text.splitlines()[-2:]
        debian = system.replace("Debian GNU/Linux", "Debian")
        return f"in a {debian} {kind}" if kind == "system container" else f"on a {debian} {kind}"

    def prepare(self) -> None:
        for verb in ("provision", "deploy"):
            assert self.healthy.deploy_py(verb, "--target", self.target).code == 0
        self._run(_SAVE)

    def restore(self) -> None:
        self._run(_RESTORE)

    def _run(self, script: str) -> None:
        engine = self.app.get("database", "sqlite")
        assert self.root(script.format(site=self.app["name"], engine=engine)).code == 0

    def root(self, line: str) -> Answer:
        target = self.settings
        known = (
            ("-o", f"UserKnownHostsFile={target['known_hosts']}") if "known_hosts" in target else ()
        )
        key = ("-i", target["key"]) if "key" in target else ()
        where = f"{target['admin']}@{target['address']}"
        port = ("-p", str(target.get("port", 22)))
        return run("ssh", *known, *key, *port, where, f"sudo sh -euc {shlex.quote(line)}")

    def rehearse(self, staging: Staging, trap: Trap) -> Outcome:
        """Up to the phase that must fail."""
        phases = (
            READY_PHASES if trap.is_ready else {"deploy", trap.phase.replace(" ", "-")} - {SOURCE}
        )
        choice = Selection(only=frozenset(phases), keep=True, fail_fast=True)
        began, said = time.monotonic(), io.StringIO()
        report = Recorder(JsonReport(said), "rehearse", self.target, "", time.monotonic)
        project = Project(PROJECT, staging.config, PROJECT)
        try:
            config = configuration.load(staging.config)
            overrides.check(project, config, self.target)
            job = Job(project, config, self.target, report)
            timings = Timings(self.directory / "timings.json")
            _Rehearsal(job, cast(Vm, _IsUp()), choice, timings, report).run()
        except UnderstudyError as error:
            report.error(error)
        print(said.getvalue())
        return Outcome.of(said.getvalue(), time.monotonic() - began)


class _IsUp:
    """A host that isn't made here, without an issuer."""

    where = ""

    @property
    def issuer(self) -> "_IsUp":
        return self

    def up(self) -> None:
        pass

    def start(self) -> None:
        pass


class _Rehearsal(Rehearsal):
    def _write_receipt(self) -> None:
        """There is none of a spare host."""


# Packages and environments are named after what is in them, and the app can't write there: they stay.
_SAVE = """
cd /; kept=/var/backups/failure-scenarios/{site}
mkdir -p $kept
tar -cf $kept/files.tar --exclude=srv/{site}/cache/packages --exclude=srv/{site}/venvs \\
    srv/{site} etc/nginx etc/systemd/system var/lib/understudy
rm -f $kept/database.sql
if [ "{engine}" = postgresql ]; then
    cd $kept
    sudo -u postgres pg_dump {site} >database.sql
fi
"""
_RESTORE = """
cd /; kept=/var/backups/failure-scenarios/{site}
systemctl stop '{site}@*' '{site}.service' 'understudy-undo-*' || true
systemctl reset-failed
find /srv/{site} -mindepth 1 -maxdepth 1 ! -name cache ! -name venvs -exec rm -rf {{}} +
rm -rf /srv/{site}/cache/files /etc/systemd/system/{site}* /run/{site}/*
tar -xf $kept/files.tar
if [ -e $kept/database.sql ]; then
    cd $kept
    sudo -u {site} psql -qX {site} -c "drop owned by {site}" >/dev/null
    sudo -u postgres psql -qX -v ON_ERROR_STOP=1 {site} <database.sql >/dev/null
fi
systemctl daemon-reload
nginx -t -q && systemctl reload nginx
systemctl start {site}.service
"""
