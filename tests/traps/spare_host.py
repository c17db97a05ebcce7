"""A failure scenario on any host that may be spoiled."""

import io
import shlex
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import yaml

from tests.integration.staging import PROJECT, Answer, Staging, run
from tests.traps.base import Base
from tests.traps.place import READY_PHASES, Outcome, Place
from tests.traps.trap import SOURCE, Trap, target_of
from understudy.config import model as configuration
from understudy.errors import UnderstudyError
from understudy.job import Job
from understudy.paths import Project
from understudy.project import overrides
from understudy.rehearsal.phases import Selection
from understudy.rehearsal.run import Rehearsal
from understudy.rehearsal.timings import Timings
from understudy.report.events import JsonReport
from understudy.report.recorder import Recorder
from understudy.vm.machine import Vm


class SpareHost(Place):
    """A host that `--target` and `--deploy-config` name. It has no snapshots: files are copied."""

    def __init__(
        self, base: Base, directory: Path, config: Path, target: str, *, over_https: bool = False
    ) -> None:
        super().__init__(base, directory, over_https=over_https)
        self.target = target
        self._provisioned_otherwise = False
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
        if trap.is_over_https:
            return "only the staging VM has an issuer for HTTPS"
        if "memory_max" in str(trap.settings) and not self._limits_memory:
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
        if self.over_https:
            # None of these scenarios can be tried.
            return
        self._provision(self.healthy)
        assert self.healthy.deploy_py("deploy", "--target", self.target).code == 0
        self._run(_SAVE)

    def restore(self) -> None:
        self._run(_RESTORE)
        if self._provisioned_otherwise:
            self._provision(self.healthy)
        self._provisioned_otherwise = False

    def _provision(self, staging: Staging) -> None:
        assert staging.deploy_py("provision", "--target", self.target).code == 0

    def _run(self, script: str) -> None:
        engine = self.app.get("database", "sqlite")
        assert self.root(script.format(site=self.app["name"], engine=engine)).code == 0

    def root(self, line: str, role: str = "") -> Answer:
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
        if "services" in trap.settings:
            self._provisioned_otherwise = True
            self._provision(staging)
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
    srv/{site} etc/nginx etc/systemd/system etc/understudy var/lib/understudy
rm -f $kept/database.sql
if [ "{engine}" = postgresql ]; then
    cd $kept
    sudo -u postgres pg_dump {site} >database.sql
fi
"""
_RESTORE = """
cd /; kept=/var/backups/failure-scenarios/{site}
systemctl stop '{site}@*' '{site}-*' '{site}.service' 'understudy-undo-*' || true
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
