"""Which packages of a uv.lock a server gets: it also lists those of extras and groups. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

# Extras and groups that are for servers.
SERVERS = ("prod", "production", "server", "deploy")
_OWN = {"virtual", "editable", "directory"}


def needed(lock: Mapping[str, Any]) -> set[str]:
    """Their names. All, if the lock file names no project of its own."""
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for package in lock.get("package", []):
        by_name.setdefault(package["name"], []).append(package)
    own = [one for one in lock.get("package", []) if _OWN & one.get("source", {}).keys()]
    if not own:
        return set(by_name)
    # A package, and what one of its extras adds: ("django", "") and ("django", "argon2").
    found: set[tuple[str, str]] = set()
    waiting = [one for package in own for one in _of_project(package)]
    while waiting:
        dependency = waiting.pop()
        name = dependency["name"]
        for extra in ("", *dependency.get("extra", ())):
            if (name, extra) not in found:
                found.add((name, extra))
                waiting += _needed_by(by_name.get(name, []), extra)
    return {name for name, _ in found}


def _needed_by(packages: list[Mapping[str, Any]], extra: str) -> Iterator[Mapping[str, Any]]:
    for package in packages:
        if extra:
            yield from package.get("optional-dependencies", {}).get(extra, ())
        else:
            yield from package.get("dependencies", ())


def _of_project(package: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from package.get("dependencies", ())
    for kind in ("optional-dependencies", "dev-dependencies"):
        for name, listed in package.get(kind, {}).items():
            if name in SERVERS:
                yield from listed
