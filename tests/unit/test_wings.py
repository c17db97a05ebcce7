"""The wings of the house: each imports only those below it."""

import re
from pathlib import Path

from tests.unit.fakes import TOP
from tests.unit.test_rules import MODULES, PACKAGE, breaking, name_of, ours

# From the top down. `job`, `paths` and `errors` are modules of their own.
ORDER = (
    "cli",
    "rehearsal",
    "testing",
    "project",
    "data",
    "vm",
    "parity",
    "deploy",
    "traffic",
    "receipts",
    "diagnosis",
    "hooks",
    "notify",
    "host",
    "job",
    "builds",
    "report",
    "ssh",
    "commands",
    "release",
    "config",
    "local",
    "paths",
    "errors",
)


def wing(name: str) -> str:
    return name.partition(".")[0]


def test_wings_are_all_in_the_order() -> None:
    found = {wing(name_of(module)) for module in MODULES} - {"__init__", "__main__"}

    assert found == set(ORDER)


def test_wing_imports_only_those_below_it() -> None:
    def upwards(module: Path) -> set[str]:
        own = wing(name_of(module))
        if own not in ORDER:
            return set()
        return {name for name in ours(module) if ORDER.index(wing(name)) < ORDER.index(own)}

    assert breaking(MODULES, upwards) == {}


def test_wing_says_what_lives_there() -> None:
    for folder in (path for path in PACKAGE.rglob("*") if path.is_dir()):
        if folder.name != "__pycache__":
            text = (folder / "__init__.py").read_text()
            assert re.match(r'"""\S.{30,}', text), folder.relative_to(TOP)
