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
    found: set[str] = set()
    waiting = [one for package in own for one in _of_project(package)]
    while waiting:
        dependency = waiting.pop()
        name, extras = dependency["name"], dependency.get("extra", ())
        for package in by_name.get(name, ()):
            optional = package.get("optional-dependencies", {})
            waiting += [one for extra in extras for one in optional.get(extra, ())]
            if name not in found:
                waiting += package.get("dependencies", ())
        found.add(name)
    return found


def _of_project(package: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from package.get("dependencies", ())
    for kind in ("optional-dependencies", "dev-dependencies"):
        for name, listed in package.get(kind, {}).items():
            if name in SERVERS:
                yield from listed
