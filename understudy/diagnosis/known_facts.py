"""The facts that checks of causes use when a step fails.

evidence.py gathers them once. A fact that is not known is None: a check that needs it confirms nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from understudy.release.commit_facts import CommitFacts, LockFacts


@dataclass(frozen=True)
class HostFacts:
    """The answers of a host: (kind, name) -> answer, as commands/examine.py prints it."""

    answers: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def answer(self, kind: str, name: str = "") -> str | None:
        """The answer; None if the host was not asked, or could not be reached."""
        return self.answers.get((kind, name))


@dataclass(frozen=True)
class KnownFacts:
    """settings: the app's keys of deploy.yml; processes: those of that key, both as JSON. packages:
    host.packages. domains: the target's names at which the site answers. database_host: the address of the
    host with the database, if that is another one.

    command: how Understudy was called; options: those that choose the target.
    """

    commit: CommitFacts | None = None
    lock: LockFacts | None = None
    host: HostFacts | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    processes: Mapping[str, Any] | None = None
    packages: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    database_host: str = ""
    command: str = "python deploy.py"
    options: str = ""

    @property
    def environment(self) -> Mapping[str, str]:
        return self.settings.get("environment") or {}

    @property
    def may_be_django(self) -> bool:
        """By deploy.yml or the commit; also if neither is known."""
        manages = self.commit is not None and "manage.py" in self.commit.committed
        return manages or self.settings.get("preset") != "plain"

    def words(self) -> Mapping[str, str]:
        """The placeholders of every cause and hint, beside the groups of its clues."""
        lock = self.lock or LockFacts()
        values = {f"app.{key}": str(value) for key, value in self.settings.items()}
        return values | {
            "lock": lock.path,
            "lock again": lock.command,
            "lock for its python": lock.for_python,
            "add to": lock.add_to,
            "run": self.command,
            "on": self.options,
            "database host": self.database_host,
            "domain name": next(iter(self.domains), ""),
        }


def parse_host(output: str) -> HostFacts:
    """Lines `kind<TAB>name<TAB>answer` -> facts; skips other lines."""
    found = re.findall(r"^([a-z]+)\t([^\t\n]*)\t([^\t\n]*)$", output, re.MULTILINE)
    return HostFacts({(kind, name): answer for kind, name, answer in found})
