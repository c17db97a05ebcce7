"""What is known besides words when a step fails: the values that the checks of causes go by.

All of it is gathered once, by evidence.py. A part that could not be gathered is None, and a check
that needs it can confirm nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from understudy.release.commit_facts import CommitFacts, LockFacts


@dataclass(frozen=True)
class HostFacts:
    """What a host has answered: (kind, name) -> answer, as commands/examine.py prints it."""

    answers: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def answer(self, kind: str, name: str = "") -> str | None:
        """None: it was not asked, or could not be."""
        return self.answers.get((kind, name))


@dataclass(frozen=True)
class KnownFacts:
    """settings: the app's keys of deploy.yml. packages: host.packages. domain: the target's.

    command: Understudy as it was called; options: what chooses this target, "" for the default one.
    """

    commit: CommitFacts | None = None
    lock: LockFacts | None = None
    host: HostFacts | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    domain: str = ""
    command: str = "python deploy.py"
    options: str = ""

    @property
    def environment(self) -> Mapping[str, str]:
        return self.settings.get("environment") or {}

    def words(self) -> Mapping[str, str]:
        """What every cause and hint may name, beside what its clues have found."""
        lock = self.lock or LockFacts()
        values = {f"app.{key}": str(value) for key, value in self.settings.items()}
        return values | {
            "lock": lock.path,
            "lock again": lock.command,
            "add to": lock.add_to,
            "run": self.command,
            "on": self.options,
            "domain name": self.domain,
        }


def parse_host(output: str) -> HostFacts:
    """Lines `kind<TAB>name<TAB>answer`; anything else is left out."""
    found = re.findall(r"^([a-z]+)\t([^\t\n]*)\t([^\t\n]*)$", output, re.MULTILINE)
    return HostFacts({(kind, name): answer for kind, name, answer in found})
