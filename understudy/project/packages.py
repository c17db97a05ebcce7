"""Which packages the app asks for: its lock file, and the names and versions in it. Pure."""

import json
import posixpath
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from understudy.errors import ConfigError
from understudy.project import uv_lock
from understudy.project.tree import Tree, join, text_lines

_MOST_LEVELS = 10
# In this order: what a tool locked comes before what a user wrote.
_LOCKS = ("uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock", "requirements.txt")
_OTHER_REQUIREMENTS = (
    "requirements/production.txt",
    "requirements/prod.txt",
    "requirements/base.txt",
    "requirements/requirements.txt",
)
# What there is if nothing is locked.
_UNLOCKED = ("pyproject.toml", "requirements.in", "Pipfile", "setup.cfg", "setup.py")


@dataclass(frozen=True)
class Asked:
    """A package. versions: those that may be installed. place: file and line."""

    versions: SpecifierSet
    place: str


@dataclass(frozen=True)
class Packages:
    """lock: path of the lock file, relative to deploy.yml; "" if there is none. is_above: it lies in a
    folder above deploy.yml's. python: the Python versions that the lock file is for. unlocked: a file that
    lists packages without a lock.
    """

    lock: str
    asked: Mapping[str, Asked]
    python: str = ""
    unlocked: str = ""

    def __contains__(self, name: str) -> bool:
        return canonicalize_name(name) in self.asked

    def place(self, *names: str) -> str:
        """Where the first of them is asked for that is asked for; "" for none."""
        found = (self.asked.get(canonicalize_name(name)) for name in names)
        return next((one.place for one in found if one), "")

    def least(self, name: str) -> tuple[int, ...]:
        """The lowest version that may be installed, as numbers; () if that isn't known."""
        asked = self.asked.get(canonicalize_name(name))
        for one in asked.versions if asked else ():
            if one.operator in ("==", ">=", "~=", "==="):
                return tuple(map(int, re.findall(r"\d+", one.version)[:3]))
        return ()


def packages(tree: Tree, folder: str) -> Packages:
    """folder: the app's, relative to deploy.yml. Its lock is there, or in the folders above it.

    Raises ConfigError for a lock file that can't be read.
    """
    for path, text in _candidates(tree, folder):
        read = _READERS.get(path.rpartition("/")[2])
        try:
            return read(path, text) if read else _requirements(tree, path, text)
        except (tomllib.TOMLDecodeError, json.JSONDecodeError, TypeError, AttributeError, KeyError):
            raise ConfigError(
                f"{path} can't be read: it is no lock file of the tool that has this name",
                hint="Lock again with that tool. Nothing was written.",
            ) from None
    unlocked = next((path for path in _places(folder, _UNLOCKED) if path in tree.texts), "")
    return Packages("", dict(_of_pyproject(unlocked, tree.texts.get(unlocked, ""))), "", unlocked)


def _candidates(tree: Tree, folder: str) -> Iterator[tuple[str, str]]:
    for path in _places(folder, (*_LOCKS, *_OTHER_REQUIREMENTS)):
        if path in tree.texts:
            yield path, tree.texts[path]
    for name in _LOCKS:
        for path, text in tree.above.items():
            if path.rpartition("/")[2] == name:
                yield path, text


def _places(folder: str, names: tuple[str, ...]) -> Iterator[str]:
    parts = folder.split("/") if folder else []
    for depth in range(len(parts), -1, -1):
        yield from (join("/".join(parts[:depth]), name) for name in names)


def _toml_packages(
    path: str, text: str, key: str, python: Callable[[dict[str, Any]], Any]
) -> Packages:
    data = tomllib.loads(text)
    lines = _lines(text, r'name = "([^"]+)"')
    found: dict[str, Asked] = {
        canonicalize_name(one["name"]): Asked(
            SpecifierSet(f"=={one['version']}") if one.get("version") else SpecifierSet(),
            f"{path}:{lines.get(one['name'], 1)}",
        )
        for one in data.get(key, [])
    }
    return Packages(path, found, str(python(data) or ""))


def _uv(path: str, text: str) -> Packages:
    found = _toml_packages(path, text, "package", lambda data: data.get("requires-python"))
    needed = uv_lock.needed(tomllib.loads(text))
    return replace(found, asked={name: one for name, one in found.asked.items() if name in needed})


def _pylock(path: str, text: str) -> Packages:
    return _toml_packages(path, text, "packages", lambda data: data.get("requires-python"))


def _poetry(path: str, text: str) -> Packages:
    return _toml_packages(
        path, text, "package", lambda data: data.get("metadata", {}).get("python-versions")
    )


def _pipfile(path: str, text: str) -> Packages:
    data = json.loads(text)
    lines = _lines(text, r'"([^"]+)": \{')
    found: dict[str, Asked] = {
        canonicalize_name(name): Asked(
            SpecifierSet(one.get("version", "")), f"{path}:{lines.get(name, 1)}"
        )
        for name, one in data["default"].items()
    }
    version = data["_meta"].get("requires", {}).get("python_version", "")
    return Packages(path, found, f"=={version}.*" if version else "")


def _requirements(tree: Tree, path: str, text: str) -> Packages:
    return Packages(path, dict(_with_included(tree, path, text, 0)))


def _with_included(tree: Tree, path: str, text: str, level: int) -> Iterator[tuple[str, Asked]]:
    """The packages of a requirements file, and of those that it includes by -r."""
    yield from _asked(path, text_lines(text))
    for _, line in text_lines(text):
        found = re.fullmatch(r"(?:-r|--requirement)[ =]?\s*(\S+)", line)
        if found and level < _MOST_LEVELS:
            included = posixpath.normpath(join(path.rpartition("/")[0], found[1]))
            text = tree.texts.get(included, "")
            yield from _with_included(tree, included, text, level + 1)


def _of_pyproject(path: str, text: str) -> Iterator[tuple[str, Asked]]:
    """The packages that a file without versions of its own lists."""
    if path.endswith("pyproject.toml"):
        try:
            listed = tomllib.loads(text).get("project", {}).get("dependencies", [])
        except tomllib.TOMLDecodeError:
            return
        yield from _asked(path, enumerate(listed, 1))
    elif path.endswith(".in"):
        yield from _asked(path, text_lines(text))


def _asked(path: str, lines: Any) -> Iterator[tuple[str, Asked]]:
    for number, line in lines:
        bare = re.split(r"\s--hash|\s*\\$|\s+;", str(line))[0].strip()
        try:
            one = Requirement(bare)
        except InvalidRequirement:
            continue
        asked = Asked(one.specifier, f"{path}:{number}")
        # psycopg[binary] is psycopg and psycopg-binary.
        for name in (one.name, *(f"{one.name}-{extra}" for extra in one.extras)):
            yield canonicalize_name(name), asked


def _lines(text: str, pattern: str) -> dict[str, int]:
    """Name -> the line on which it is first."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if match := re.match(rf"\s*{pattern}", line):
            found.setdefault(match[1], number)
    return found


_READERS = {
    "uv.lock": _uv,
    "pylock.toml": _pylock,
    "poetry.lock": _poetry,
    "Pipfile.lock": _pipfile,
}
