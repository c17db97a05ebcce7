"""A failure scenario: a variant of an app that works on its developer's machine and nowhere else.

A directory here with:

    trap.yml            the keys of Trap below that are texts, and `settings`
    change.patch        what the developer has committed, relative to the app's directory
    change.sh           the same as a script, where a patch can't say it: run after it, in the repository
    uncommitted.patch   what lies in the directory besides, and isn't committed
    nginx.d/            what the project has in templates/nginx.d
    seen.txt            what the failing step says
    nginx.txt           what nginx's error log says meanwhile
    access.txt          what nginx's access log says meanwhile
    host.txt            what the host answers to the questions of a diagnosis (commands/examine.py), each
                        line `kind NAME answer`, by tabs; else the answers of a usual host
    otherwise/          what was seen another time, where chance decides: the last four

Only trap.yml must be there, and seen.txt where something fails. `pytest --record` writes the last four.
"""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.traps.base import BASES, EXAMPLE, Base
from tests.traps.base import load as load_base
from understudy.diagnosis import broken_links

TRAPS = Path(__file__).parent
READY = "ready"
# Refused for what git alone shows, before a host is touched.
SOURCE = "source"
PHASES = (
    SOURCE,
    "deploy",
    "host tests",
    "browser tests",
    "again",
    "timers",
    "edge",
    "rollback",
    "forward",
    "interrupted",
    "reboot",
    READY,
)


@dataclass(frozen=True)
class Trap:
    """story: what the developer did, why it works there and not on a server.

    phase: of a rehearsal, which must fail; or `ready` where none may: then the scenario was once
    refused for no good reason. cause, hint: what must be said then. warns: what a warning must say.
    base: the app that is changed. settings: laid over its deploy.yml, mapping by mapping. data: SQL,
    run on the healthy release before. before: shell, run on its host as root; where: on the first of
    several with that role. missing: what the
    product still lacks to get it right.
    """

    directory: Path
    story: str
    phase: str
    settings: Mapping[str, Any]
    cause: str = ""
    hint: str = ""
    warns: str = ""
    base: str = EXAMPLE
    data: str = ""
    before: str = ""
    where: str = ""
    missing: str = ""

    @property
    def name(self) -> str:
        return self.directory.name

    @property
    def is_ready(self) -> bool:
        return self.phase == READY

    @property
    def target(self) -> Mapping[str, Any]:
        """What it sets of the target that is rehearsed on."""
        return target_of(self.settings)

    @property
    def is_over_https(self) -> bool:
        return self.target.get("https") == "auto"

    @property
    def first_words(self) -> str:
        """What a rehearsal says of it: the cause, or a warning if it ends READY."""
        return self.cause or self.warns

    @property
    def app(self) -> Base:
        return load_base(self.base)

    @property
    def marks(self) -> tuple[pytest.MarkDecorator, ...]:
        """Of a test that what is said is right."""
        return (
            (pytest.mark.xfail(reason=self.missing, raises=AssertionError, strict=True),)
            if self.missing
            else ()
        )

    def sights(self) -> Iterator[Path]:
        """The directories with what was seen."""
        places = (self.directory, self.directory / "otherwise")
        yield from (place for place in places if (place / "seen.txt").exists())

    def change(self, repository: Path) -> None:
        """What the developer has committed; it is not committed here."""
        _apply(repository, self.directory / "change.patch")
        script = self.directory / "change.sh"
        if script.exists():
            subprocess.run(["sh", "-eu", script], cwd=repository, check=True, capture_output=True)

    def leave_uncommitted(self, repository: Path) -> None:
        _apply(repository, self.directory / "uncommitted.patch")

    @contextmanager
    def lines_of_nginx(self, project: Path) -> Iterator[None]:
        """In the project for as long as the block takes."""
        own, place = self.directory / "nginx.d", project / "templates" / "nginx.d"
        if not own.is_dir():
            yield
            return
        shutil.copytree(own, place)
        try:
            yield
        finally:
            shutil.rmtree(place)

    def host(self, sight: Path) -> str:
        """What the host has answered: a usual one, and what the scenario has recorded."""
        own = sight / "host.txt"
        return (TRAPS / "host.txt").read_text() + (own.read_text() if own.exists() else "")


def _apply(repository: Path, patch: Path) -> None:
    if patch.exists():
        subprocess.run(["git", "-C", repository, "apply", patch], check=True)


def target_of(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keys of the staging VM's target."""
    found: Mapping[str, Any] = settings.get("targets", {}).get("vagrant", {})
    return found


def evidence(sight: Path) -> dict[str, str]:
    """What was seen, as evidence for a diagnosis."""
    files = {"said": "seen.txt", "nginx": "nginx.txt"}
    paths = {source: sight / name for source, name in files.items()}
    found = {source: path.read_text() for source, path in paths.items() if path.exists()}
    access = sight / "access.txt"
    found["step"] = found["said"].partition("\n--- journal ---\n")[0]
    return found | {"dead ends": broken_links.find(access.read_text() if access.exists() else "")}


def load(directory: Path) -> Trap:
    """Raises TypeError for a key that a trap doesn't have, or one that's missing."""
    given = yaml.safe_load((directory / "trap.yml").read_text(encoding="utf-8"))
    texts = {key: value.strip() for key, value in given.items() if key != "settings"}
    return Trap(directory, settings=given.get("settings", {}), **texts)


def load_all() -> list[Trap]:
    """All of them, by what is healthy before them, and their name."""
    found = [load(path.parent) for path in sorted(TRAPS.glob("*/trap.yml"))]
    return sorted(found, key=lambda trap: (BASES.index(trap.base), trap.is_over_https))
