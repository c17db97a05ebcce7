"""A target with fake hosts: one for each user who logs in."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from tests.unit.fakes import TOP, FakeConnection, FakeReport, config, printed
from understudy.config.target import TargetConfig
from understudy.host.provisioning import of_project
from understudy.job import Job
from understudy.paths import Project
from understudy.release.layout import Manifest
from understudy.ssh.connection import Result

# By the host's clock.
NOW = datetime(2024, 2, 2, 0, 1, tzinfo=UTC)
# Parts of the commands that read a host's facts, list its backups and its applied migrations.
QUERY = "/etc/os-release"
LIST = "for rows in"
APPLIED = "FROM django_migrations"
SITE = "sudo -n /usr/local/sbin/understudy-site shop"
# Parts of the commands that succeed and print nothing, by the verb that runs them.
LOG = (f"{SITE} log",)
ASK = "/candidate.new"
MODELS = "manage.py shell"
SWITCH = (
    ASK,
    MODELS,
    "mv -T previous.new",
    f"{SITE} drain",
    f"{SITE} stop",
    "curl -sS --fail",
    *LOG,
)
DEPLOY = (
    *("tar -xz", 'tar "$2" -xif', "cp -al", "mkdir -p /srv/shop/cache/files"),
    *(f"{SITE} install", f"{SITE} confirm", f"{SITE} warm"),
    *SWITCH,
)


@dataclass
class Staging:
    """A project and its target.

    hosts: login name, or `name@address` if there are several -> the host for that user.
    quiet: parts of commands that these hosts expect; they succeed and print nothing.
    """

    directory: Path = TOP
    hosts: dict[str, FakeConnection | Exception] = field(default_factory=dict)
    report: FakeReport = field(default_factory=FakeReport)
    quiet: tuple[str, ...] = ()

    def job(self, app: dict[str, Any] | None = None, **target: Any) -> Job:
        project = Project(self.directory, self.directory / "deploy.yml")
        return Job(
            project,
            config(app={"source": "app", **(app or {})}, target={"mail": "off", **target}),
            "staging",
            self.report,
        )

    def connect(self, target: TargetConfig, user: str) -> FakeConnection:
        host = self.hosts.get(f"{user}@{target.address}") or self.hosts[user]
        if isinstance(host, Exception):
            raise host
        return host

    def stamp(self) -> str:
        job = self.job()
        return of_project(job.project, job.config, job.target).stamp

    def facts(self, *lines: str, stamp: str | None = None) -> Result:
        """The host's answer to QUERY. lines: about what is deployed. stamp: of its provisioning."""
        stamp = self.stamp() if stamp is None else stamp
        first = f"line\t/etc/understudy/shop.provisioned\t{stamp}"
        always = (
            "python\t/usr/bin/python3.11",
            "python_package\t3.11.2-6+deb12u6",
            "machine\tx86_64",
            "unit\tnginx.service",
            "free\t9999999 1024",
            f"now\ttime\t{NOW.timestamp():.0f}",
        )
        return printed("\n".join((first, *always, *lines, "end\tok\n")))

    def host(self, *facts: Result, **answers: Result) -> FakeConnection:
        """The host for the deployer, with these facts one after another and other answers."""
        return self.answering({QUERY: list(facts or [self.facts()]), **answers})

    def answering(self, answers: dict[str, Result | list[Result]]) -> FakeConnection:
        """The host for the deployer, provisioned unless the answers hold other facts."""
        host = FakeConnection({QUERY: self.facts(), **answers}, (*self.quiet, APPLIED))
        self.hosts["deploy"] = host
        return host


def lines_of(*releases: Manifest, current: str | None = None) -> Iterator[str]:
    """Lines for Staging.facts(): these releases were all live once, `current` is live."""
    for release in releases:
        directory = f"/srv/shop/releases/{release.id}"
        yield f"line\t{directory}/manifest.json\t{json.dumps(release.to_dict())}"
        since = datetime.fromisoformat(release.deployed_at).timestamp()
        yield f"served\t{since:.0f}\t{directory}/served"
        yield f"venv\t/srv/shop/venvs/{release.lock}"
    if current:
        yield f"current\treleases/{current}"
        yield f"unit\tshop@{current}.service"


def listed(backups: Iterable[str], migrations: str = "") -> Result:
    """A host's answer to LIST with these backups. migrations: a digit for each; none if empty."""
    rows = zip_longest(backups, migrations, fillvalue="")
    return printed("".join(f"{name}\t4096\t12\t{count}\n" for name, count in rows))


def changes(host: FakeConnection) -> list[str]:
    """The notes of a host without its queries: what changed it."""
    asked = (QUERY, LIST, APPLIED)
    return [
        note for note in host.notes if note != "closed" and not any(part in note for part in asked)
    ]
