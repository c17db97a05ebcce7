"""Which locked packages have no wheel for a host, and where their source distributions are. Pure.

What an index offers is read from a pylock.toml (PEP 751), as uv writes it.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from understudy.release import platforms
from understudy.release.lock_file import LockFile, Pin

_ENDS = (".tar.gz", ".tgz", ".zip", ".tar.bz2", ".tar.xz")


@dataclass(frozen=True)
class Sdist:
    """The source distribution of a pin. sha256: one that the lock names."""

    pin: Pin
    url: str
    sha256: str

    @property
    def file_name(self) -> str:
        """Made of the lock's own words: that of the index may be any text."""
        end = next(end for end in _ENDS if _name(self.url).endswith(end))
        return f"{self.pin.name}-{self.pin.version}{end}"


def without_wheel(lock: LockFile, offers: str, python: str, machine: str) -> list[Sdist]:
    """The source distributions of the pins that have no wheel for that host, if the lock allows them.

    offers: the pylock.toml. python: "3.11.2". A pin for which an index has neither is left out.
    """
    tags = platforms.tags(python, machine)
    # PEP 751 has normalised names.
    packages = {package["name"]: package for package in tomllib.loads(offers).get("packages", [])}
    found = ((pin, packages.get(pin.name)) for pin in lock.pins)
    return [
        sdist
        for pin, package in found
        if package and not _has_wheel(pin, package, tags)
        for sdist in _sdist(pin, package)
    ]


def _has_wheel(pin: Pin, package: Mapping[str, Any], tags: frozenset[Tag]) -> bool:
    return any(
        _is_locked(pin, wheel) and _fits(_name(wheel.get("url", "")), tags)
        for wheel in package.get("wheels", ())
    )


def _sdist(pin: Pin, package: Mapping[str, Any]) -> Iterator[Sdist]:
    sdist = package.get("sdist", {})
    url = sdist.get("url", "")
    known = url.startswith(("https://", "http://", "file://")) and _name(url).endswith(_ENDS)
    if known and _is_locked(pin, sdist):
        yield Sdist(pin, url, sdist["hashes"]["sha256"])


def _is_locked(pin: Pin, file: Mapping[str, Any]) -> bool:
    return f"sha256:{file.get('hashes', {}).get('sha256')}" in pin.hashes


def _fits(file_name: str, tags: frozenset[Tag]) -> bool:
    try:
        return not tags.isdisjoint(parse_wheel_filename(file_name)[3])
    except InvalidWheelFilename:
        return False


def _name(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name
