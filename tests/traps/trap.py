"""A trap: a variant of the example app that works on its developer's machine and nowhere else.

A directory here with:

    trap.yml            the keys of Trap below that are texts, and `settings`
    change.patch        what the developer has committed, relative to the app's directory
    uncommitted.patch   what lies in the directory besides, and isn't committed
    seen.txt            what the failing step says
    nginx.txt           what nginx's error log says meanwhile
    access.txt          what nginx's access log says meanwhile
    host.txt            what the host answers to the questions of a diagnosis (commands/examine.py), each
                        line `kind NAME answer`, by tabs; else the answers of a usual host
    otherwise/          what was seen another time, where chance decides: seen, nginx and access

Only trap.yml and seen.txt must be there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from understudy import dead_ends

TRAPS = Path(__file__).parent
PHASES = ("deploy", "host tests", "browser tests", "again", "rollback", "forward", "reboot")


@dataclass(frozen=True)
class Trap:
    """story: what the developer did, why it works there and not on a server.

    phase: of a rehearsal, which must fail. cause, hint: what must be said then.
    settings: laid over deploy.yml, mapping by mapping. data: SQL, run on the healthy release before.
    """

    directory: Path
    story: str
    phase: str
    cause: str
    hint: str
    settings: Mapping[str, Any]
    data: str = ""

    @property
    def name(self) -> str:
        return self.directory.name

    @property
    def change(self) -> Path:
        """May be missing, as the other two."""
        return self.directory / "change.patch"

    @property
    def uncommitted(self) -> Path:
        return self.directory / "uncommitted.patch"

    def sights(self) -> Iterator[Path]:
        """The directories with what was seen."""
        yield self.directory
        if (self.directory / "otherwise").is_dir():
            yield self.directory / "otherwise"

    def host(self, sight: Path) -> str:
        """What the host has answered: a usual one, and what the scenario has recorded."""
        own = sight / "host.txt"
        return (TRAPS / "host.txt").read_text() + (own.read_text() if own.exists() else "")


def evidence(sight: Path) -> dict[str, str]:
    """What was seen, as evidence for a diagnosis."""
    files = {"said": "seen.txt", "nginx": "nginx.txt"}
    paths = {source: sight / name for source, name in files.items()}
    found = {source: path.read_text() for source, path in paths.items() if path.exists()}
    access = sight / "access.txt"
    found["step"] = found["said"]
    return found | {"dead ends": dead_ends.find(access.read_text() if access.exists() else "")}


def load(directory: Path) -> Trap:
    """Raises TypeError for a key that a trap doesn't have, or one that's missing."""
    given = yaml.safe_load((directory / "trap.yml").read_text(encoding="utf-8"))
    texts = {key: value.strip() for key, value in given.items() if key != "settings"}
    return Trap(directory, settings=given.get("settings", {}), **texts)


def load_all() -> list[Trap]:
    """All of them, by name."""
    return [load(path.parent) for path in sorted(TRAPS.glob("*/trap.yml"))]


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Settings laid over others: mappings are merged, anything else is replaced."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        deep = isinstance(old, Mapping) and isinstance(value, Mapping)
        merged[key] = merge(old, value) if deep else value  # type: ignore[arg-type]
    return merged
