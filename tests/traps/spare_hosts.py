"""A failure scenario on several hosts that may be spoiled: those of one target with `hosts`."""

import io
import shlex
import time
from typing import Any

import pytest

from tests.integration.staging import PROJECT, Answer, Staging, run
from tests.traps.place import Outcome
from tests.traps.spare_host import SpareHost
from tests.traps.trap import Trap
from understudy.config import model as configuration
from understudy.deploy import deploy_host, rollout
from understudy.errors import UnderstudyError
from understudy.job import Job
from understudy.paths import Project
from understudy.rehearsal.actions import DeployWarnings
from understudy.report.events import JsonReport
from understudy.report.recorder import Recorder


class SpareHosts(SpareHost):
    """Only deploys are tried there. Each is followed by one of the healthy app."""

    words = "on several hosts"

    def obstacle(self, trap: Trap) -> str:
        if not trap.app.has_hosts:
            return "one host is enough for it"
        return "" if trap.phase in ("deploy", "ready") else "several spare hosts are deployed to"

    _spoiled = True

    def prepare(self) -> None:
        if not self.base.has_hosts:
            # None of these scenarios can be tried.
            return
        self._make_healthy()
        self.root(_SAVE.format(site=self.app["name"]), "database")
        self._spoiled = False

    def restore(self) -> None:
        """The data, then what was changed on the hosts themselves, then the release."""
        self._spoiled, provisioned = False, not self._spoiled
        self.root(_START, "database")
        assert self.root(_RESTORE.format(site=self.app["name"]), "database").code == 0
        self._make_healthy(provisioned=provisioned)
        self._spoiled = False

    def _make_healthy(self, *, provisioned: bool = False) -> None:
        for verb in ("deploy",) if provisioned else ("provision", "deploy"):
            assert self.healthy.deploy_py(verb, "--target", self.target).code == 0

    def root(self, line: str, role: str = "") -> Answer:
        self._spoiled = True
        host = next(one for one in self.settings["hosts"] if (role or "web") in one["roles"])
        return self.root_at(host["address"], line)

    def root_at(self, address: str, line: str) -> Answer:
        target = self.settings
        known = ("-o", f"UserKnownHostsFile={target['known_hosts']}")
        where = f"{target['admin']}@{address}"
        return run("ssh", *known, "-i", target["key"], where, f"sudo sh -euc {shlex.quote(line)}")

    @property
    def neutral(self) -> dict[str, str]:
        """The addresses of these hosts -> those of the app's deploy.yml."""
        named = self.base.settings["targets"]["production"]["hosts"]
        return {
            here["address"]: there["address"]
            for here, there in zip(self.settings["hosts"], named, strict=True)
        }

    def rehearse(self, staging: Staging, trap: Trap) -> Outcome:
        """A deploy to all of them. Warnings of the app's settings fail it, as in a rehearsal."""
        began, said = time.monotonic(), io.StringIO()
        report = Recorder(JsonReport(said), "rehearse", self.target, "", time.monotonic)
        project = Project(PROJECT, staging.config, PROJECT)
        try:
            config = configuration.load(staging.config)
            job = Job(project, config, self.target, report)
            with pytest.MonkeyPatch.context() as patch, report.phase("deploy", "deploy"):
                patch.setattr(deploy_host, "deploy", _strict(deploy_host.deploy))
                rollout.deploy(job, probe=False, wait=0, without_rehearsal=None)
        except UnderstudyError as error:
            report.error(error)
        print(said.getvalue())
        return Outcome.of(said.getvalue(), time.monotonic() - began)


def _strict(deploy: Any) -> Any:
    def strict(*words: Any, **options: Any) -> list[str]:
        if warnings := deploy(*words, **options):
            details = "\n".join(warnings)
            raise DeployWarnings("the deploy succeeded with warnings", details=details)
        return []

    return strict


_SAVE = "cd /var/tmp; sudo -u postgres pg_dump {site} >{site}.sql"
_START = "systemctl start 'postgresql@15-main'"
_RESTORE = """
cd /var/tmp
sudo -u postgres psql -qX {site} -c "drop owned by {site}" >/dev/null
sudo -u postgres psql -qX -v ON_ERROR_STOP=1 {site} <{site}.sql >/dev/null
"""
