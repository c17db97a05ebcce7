"""A project whose receipts are signed by a real ssh-keygen, and the host that it is to be deployed to."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import FakeConnection, FakeReport, config, printed, settings
from tests.unit.receipt_samples import RECEIPT, STAGING
from tests.unit.repositories import commit
from understudy.config.model import Config
from understudy.errors import Refused
from understudy.job import Job
from understudy.paths import Project
from understudy.receipts import gate, inputs, issue
from understudy.receipts import store as receipt_store
from understudy.receipts.store import StoredReceipt
from understudy.release import source as sources
from understudy.release.source import Source

PACKAGES = "".join(f"package\tinstalled\t{n}\t{v}\n" for n, v in STAGING.packages.items())
# What a host prints of its system; STAGING is the same as a value.
SYSTEM = f"os\tdebian 12\nmachine\tx86_64\npython\t/usr/bin/python3.11\n{PACKAGES}end\tok\n"
# Part of the command that asks for it.
QUERY = "dpkg-query"
NOW = datetime.now(UTC)


@dataclass
class Workspace:
    """A project, the commit that is deployed from it, and the name of the key that signs there."""

    directory: Path
    keys: Path
    source: Source
    report: FakeReport
    key: str | None = "ann"
    providers: tuple[str, ...] = ()
    required: bool = True

    def job(self, target: str = "production", **changes: Any) -> Job:
        """changes: keys of app: and host: in deploy.yml."""
        given = settings({"source": "app", **changes.get("app", {})})
        given["targets"]["production"] = {
            **given["targets"]["staging"],
            "domain": "shop.example",
            "require_receipt": self.required,
        }
        rights = {"allowed_signers": str(self.keys / "allowed_signers")}
        given["receipts"] = rights | ({"key": str(self.keys / self.key)} if self.key else {})
        given["receipts"] |= {"providers": list(self.providers)}
        given["host"] = changes.get("host", {})
        project = Project(self.directory, self.directory / "deploy.yml")
        return Job(project, Config.model_validate(given), target, self.report)

    def own_repository(self) -> Path:
        """A copy of the app's repository, which all workspaces share: a copy may be changed."""
        own = self.directory / "app"
        if not own.exists():
            shutil.copytree(self.source.repository, own)
            self.source = replace(self.source, repository=own)
        return own

    def commit(self, files: Mapping[str, str]) -> None:
        commit(self.own_repository(), files)
        self.source = source_in(self.directory)

    def rehearse(self, **changes: Any) -> StoredReceipt:
        """Issues the receipt of a rehearsal that ended just now. changes: of its RehearsalResult."""
        job = self.job("staging")
        result = issue.RehearsalResult(
            candidate=inputs.candidate(job, self.source, "staging"),
            staging=STAGING,
            passed=True,
            started=NOW - timedelta(minutes=4),
            finished=NOW,
            phases=RECEIPT.phases,
            suites=RECEIPT.suites,
            probe=RECEIPT.probe,
            browser="Chromium 140",
        )
        return issue.write(job, replace(result, **changes))

    def newest_receipt(self) -> StoredReceipt:
        return list(receipt_store.newest(self.job().project, "shop").values())[-1]

    def require(self, system: str = SYSTEM, **changes: Any) -> None:
        host = FakeConnection({QUERY: printed(system)})
        gate.require(self.job(**changes), self.source, host)

    def refused(self, system: str = SYSTEM, **changes: Any) -> Refused:
        """The refusal of a deploy to a host with that system."""
        with pytest.raises(Refused) as raised:
            self.require(system, **changes)
        assert raised.value.exit_code == 3
        return raised.value


def source_in(directory: Path) -> Source:
    return sources.resolve_source(config(app={"source": "app"}).app, directory, directory)
