"""The modules in the wheels of a lock file, as they were downloaded or built."""

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from understudy.errors import ConfigError
from understudy.release import downloads, lock_file
from understudy.release.commit_facts import normal


def of(lock: str, cache: Path) -> Mapping[str, tuple[str, ...]] | None:
    """Distribution -> top-level names in its wheel. None if the wheels of that lock aren't here."""
    folders = list(_folders(lock, cache))
    if not folders:
        return None
    return {
        normal(wheel.name.split("-")[0]): tuple(sorted(set(_top_level(wheel))))
        for folder in folders
        for wheel in folder.rglob("*.whl")
    }


def _folders(lock: str, cache: Path) -> Iterator[Path]:
    """Of each kind of host that the lock's wheels were downloaded for."""
    try:
        locked = lock_file.parse(lock, "the lock file")
    except ConfigError:
        # The lock itself may be what is wrong.
        return
    for path in cache.glob("*"):
        if kind := re.fullmatch(r"[0-9a-f]+-(\d+(?:\.\d+)+)-(\w+)", path.name):
            python, machine = kind.groups()
            own = lock_file.for_host(locked, python, machine)
            if path == downloads.folder(own, python, machine, cache):
                yield path


def _top_level(wheel: Path) -> Iterator[str]:
    with zipfile.ZipFile(wheel) as files:
        for name in files.namelist():
            first, _, rest = name.partition("/")
            if rest and re.fullmatch(r"\w+", first):
                yield first
            elif found := re.fullmatch(r"(\w+)(\.[\w.-]+)?\.(py|so)", name):
                yield found[1]
