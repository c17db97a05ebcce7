"""What the locked wheels, as they were downloaded, let an app import."""

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from understudy.release.commit_facts import normal


def of(lock_hash: str, cache: Path) -> Mapping[str, tuple[str, ...]] | None:
    """Distribution -> top-level names in its wheel. None if the wheels of that lock aren't here."""
    folders = [path for path in cache.glob(f"{lock_hash}-*") if path.is_dir()]
    if not folders:
        return None
    return {
        normal(wheel.name.split("-")[0]): tuple(sorted(set(_top_level(wheel))))
        for folder in folders
        for wheel in folder.glob("*.whl")
    }


def _top_level(wheel: Path) -> Iterator[str]:
    with zipfile.ZipFile(wheel) as files:
        for name in files.namelist():
            first, _, rest = name.partition("/")
            if rest and re.fullmatch(r"\w+", first):
                yield first
            elif found := re.fullmatch(r"(\w+)(\.[\w.-]+)?\.(py|so)", name):
                yield found[1]
