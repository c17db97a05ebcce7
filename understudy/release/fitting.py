"""Whether gunicorn and its workers have what they need among the wheels of an environment.

They may come from a lock of Understudy's own, while the app's lock decides the versions of what both need.
So it is read from the wheels themselves.
"""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from understudy.errors import StepFailed

SERVERS = ("gunicorn", "uvicorn-worker", "gevent")


@dataclass(frozen=True)
class _Package:
    """needs: its requirements, with their markers."""

    version: Version
    needs: tuple[str, ...]


def refuse_unfit(wheels: Sequence[Path], environment: Mapping[str, str]) -> None:
    """Raises StepFailed if what serves the app lacks a package, or has a version that it can't use.

    environment: the host's, for markers (PEP 508).
    """
    found = {str(parse_wheel_filename(wheel.name)[0]): wheel for wheel in wheels}
    seen: dict[str, _Package] = {}
    waiting = [name for name in SERVERS if name in found]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen[name] = _read(found[name])
        for need in _needs(seen[name], environment):
            wanted = canonicalize_name(need.name)
            has = parse_wheel_filename(found[wanted].name)[1] if wanted in found else None
            if has is None or not need.specifier.contains(has, prereleases=True):
                raise _error(name, seen[name], need, has)
            waiting.append(wanted)


def _needs(package: _Package, environment: Mapping[str, str]) -> Iterator[Requirement]:
    for text in package.needs:
        try:
            need = Requirement(text)
        except InvalidRequirement:
            continue
        if need.marker is None or need.marker.evaluate(dict(environment)):
            yield need


def _read(wheel: Path) -> _Package:
    with zipfile.ZipFile(wheel) as files:
        [name] = [name for name in files.namelist() if name.endswith(".dist-info/METADATA")][:1]
        metadata = message_from_bytes(files.read(name))
    version = parse_wheel_filename(wheel.name)[1]
    return _Package(version, tuple(metadata.get_all("Requires-Dist", ())))


def _error(name: str, package: _Package, need: Requirement, has: Version | None) -> StepFailed:
    has_it = f"has {need.name} {has}" if has else f"has no {need.name}"
    return StepFailed(
        f"{name} {package.version} needs {need.name}{need.specifier}, and the app's lock {has_it}",
        hint=f"Add {name} to what the lock is made from, and lock again: then their versions are chosen "
        "together.",
    )
