"""What a hostile host answers chooses no path, no name and no command here."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import PurePosixPath

import pytest

from understudy.commands import app, backups
from understudy.data import schema
from understudy.data.load import counted
from understudy.data.queries import addresses, summaries
from understudy.errors import StepFailed
from understudy.host import facts, fingerprint, secrets
from understudy.parity.capture.parse import SECTIONS, parse
from understudy.rehearsal import migration_effects

HOSTILE = [
    *("../../x", "/etc/passwd", "a/../../b", "..", ".", "", "/", "a/b", "a\\b", "~root"),
    *("-rf", "--help", "-", "--only-binary=:none:", "@file", "a b", " ", "a;id", "$(id)", "`id`"),
    *("a\tb", "a\rb", "a\0b", "a\x1b]0;x\x07", "a\u202eb", "\ud800", "é", "a" * 5000, "'", '"'),
    *("-1", "9" * 40, "1e9", "nan", "٣", "null", "{", "[" * 3000, '{"a": 1}', "%n", "x86_64\n"),
]
MANIFEST = (
    '{"id": "ID", "commit": "COMMIT", "lock": "LOCK", "deployed_at": "AT", "deployed_by": "BY"}'
)
GOOD = {
    "ID": "c0ffee00-1",
    "COMMIT": "c0ffee00",
    "LOCK": "l1-3.11",
    "AT": "2024-05-01",
    "BY": "a@b",
}
SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]*")


def manifest(key: str, value: str) -> str:
    text = MANIFEST
    for name, good in {**GOOD, key: value}.items():
        text = text.replace(name, good, 1)
    return f"line\t/srv/shop/releases/r1/manifest.json\t{text}"


FACTS: dict[str, Callable[[str], str]] = {
    "machine": lambda value: f"machine\t{value}",
    "python": lambda value: f"python\t{value}",
    "python's version": lambda value: f"python\t/usr/bin/python{value}",
    "current": lambda value: f"current\t{value}",
    "release that is live": lambda value: f"current\t/srv/shop/releases/{value}",
    "venv": lambda value: f"venv\t/srv/shop/venvs/{value}",
    "package": lambda value: f"package\t/srv/shop/cache/packages/{value}",
    "half-made": lambda value: f"half_made\t{value}",
    "half-made release": lambda value: f"half_made\t/srv/shop/releases/{value}",
    "unit": lambda value: f"unit\tshop@{value}.service",
    "unit that ends": lambda value: f"ending\tshop@{value}.service",
    "time": lambda value: f"served\t{value}\t/srv/shop/releases/r1/served",
    "lock": lambda value: f"lock\t{value}",
    "free": lambda value: f"free\t{value}",
    "blocks": lambda value: f"free\t{value} 4096",
    "manifest": lambda value: f"line\t/srv/shop/releases/r1/manifest.json\t{value}",
    **{f"manifest's {key}": lambda value, key=key: manifest(key, value) for key in GOOD},  # type: ignore[misc]
}


def host_names(line: str) -> Iterable[str]:
    """All that paths, names and commands are made of."""
    machine = "" if line.startswith("machine") else "machine\tx86_64\n"
    found = facts.parse(f"{line}\n{machine}end\tok\n")
    assert found.python == "" or re.fullmatch(r"3\.[0-9]{1,2}", found.python)
    for path in found.half_made:
        assert path.parent in (
            PurePosixPath("/srv/shop/releases"),
            PurePosixPath("/srv/shop/venvs"),
        )
    yield found.machine
    yield from (path.name for path in found.half_made)
    yield from (*found.venvs, *found.packages, *found.running, *found.ending)
    yield from (name for one in found.releases for name in (one.id, one.commit, one.lock))
    yield from [found.current] if found.current else []


@pytest.mark.parametrize("key", FACTS)
def test_only_names_that_fit_are_read_from_facts(key: str) -> None:
    for value in HOSTILE:
        try:
            names = list(host_names(FACTS[key](value)))
        except StepFailed:
            continue
        assert [name for name in names if not SAFE.fullmatch(name)] == [], repr(value)


READERS: dict[str, Callable[[str], Iterable[str]]] = {
    "backup": lambda value: [one.name for one in backups.parse_list(f"{value}\t1\t1\t\n")],
    "backup's size": lambda value: [
        one.name for one in backups.parse_list(f"20260102T030405Z-r1\t{value}\t1\t\n")
    ],
    "backup's time": lambda value: [
        one.name for one in backups.parse_list(f"99999999T999999Z-{value}\t1\t1\t\n")
    ],
    "backup's release": lambda value: [
        one.name for one in backups.parse_list(f"20260102T030405Z-{value}\t1\t1\t\n")
    ],
    "databases": lambda value: [one.name for one in schema.parse(value)],
    "database": lambda value: [
        one.name
        for one in schema.parse(
            '{"name": "VALUE", "size": 1, "tables": []}'.replace("VALUE", value)
        )
    ],
    "tables": lambda value: [str(len(summaries.parse(value)))],
    "columns": lambda value: [str(len(addresses.parse(value)))],
    "rows": lambda value: [str(len(counted(f"{value}\tt\n")))],
    "migration": lambda value: [
        one.name for one in app.applied_migrations(f"Applying a.{value}... OK")
    ],
    "migration's time": lambda value: [
        str(one.seconds) for one in app.applied_migrations(f"Applying a.b... OK ({value}s)")
    ],
    "locks": lambda value: [str(len(migration_effects.locks(f"{value}\tt\n")))],
    "secrets": secrets.listed,
    "fingerprint": lambda value: [
        fingerprint.parse(f"machine\t{value}\npackage\tinstalled\nend\tok\n").machine
    ],
}


@pytest.mark.parametrize("key", READERS)
def test_only_names_that_fit_are_read_from_other_answers(key: str) -> None:
    for value in HOSTILE:
        try:
            names = list(READERS[key](value))
        except StepFailed:
            continue
        assert [name for name in names if not re.fullmatch(r"\w[\w .+@-]*", name)] == [], repr(
            value
        )
        assert ".." not in names


@pytest.mark.parametrize("section", SECTIONS)
def test_capture_of_anything_is_a_capture_or_an_error(section: str) -> None:
    """And what a VM takes over of it is checked: see likeness/."""
    for value in HOSTILE:
        for line in (value, f"{value}\t{value}\t{value}", f"{value} {value} {value} {value}"):
            with suppress(StepFailed):
                parse(fuzzed(section, line), "shop", "shop.test", 0.0)


def fuzzed(section: str, line: str) -> str:
    """An answer that has nothing but that line in one of its sections."""
    parts = [f"@@@ {name}\n{line if name == section else ''}\n" for name in SECTIONS]
    return "".join([*parts, "@@@ end\n"])
