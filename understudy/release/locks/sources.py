"""A package that is no file of an index: at a commit of a git repository, or in the app's repository.

`tools @ git+https://host/tools@<commit>` stays as it is. A path becomes `tools @ repository:libs/tools@<id>`,
with git's id of it: then the normal form changes whenever the content does.
"""

import configparser
import posixpath
import re
import tomllib
from contextlib import suppress

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from understudy.errors import ConfigError
from understudy.release.commit_tree import CommitTree

_EDITABLE = re.compile(r"(-e|--editable)[= ]\s*")
_NAMED = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)\s*(\[[\w.,\s-]*\])?\s*@\s*(?P<place>\S.*)")
_EXTRAS = re.compile(r"\[[\w.,\s-]*\]$")
_EGG = re.compile(r"[#&]egg=(?P<name>[\w.-]+)[^&]*")
_COMMIT = re.compile(r"git\+(https|ssh)://[^\s@]*@?[^\s@]+@[0-9a-f]{40}(#subdirectory=[\w./-]+)?")
_PASSWORD = re.compile(r"git\+https://[^/\s@]+@")
_PATH = re.compile(r"\.{1,2}$|\.{0,2}/|[\w./-]+/$|[\w./-]+\.whl$|file:")


def normal(line: str, tree: CommitTree, folders: tuple[str, ...]) -> str:
    """The line of a requirements file in the normal form; a line of another kind as it is.

    folders: what a path may be relative to, the most likely first. Raises ConfigError for a repository
    without its commit, and for a path that the app's commit does not have.
    """
    requirement, marker = _split(_EDITABLE.sub("", line))
    named = _NAMED.fullmatch(requirement)
    name, place = (named["name"], named["place"].strip()) if named else ("", requirement)
    if place.startswith("git+"):
        return _at_a_commit(name, place, line) + marker
    if _PATH.match(place):
        return _in_the_repository(name, _EXTRAS.sub("", place), line, tree, folders) + marker
    return line


def _split(line: str) -> tuple[str, str]:
    """Requirement and marker. A path or URL ends at a blank."""
    requirement, semicolon, marker = line.partition(" ;")
    return requirement.strip(), f" ; {marker.strip()}" if semicolon else ""


def _at_a_commit(name: str, place: str, line: str) -> str:
    egg = _EGG.search(place)
    name, place = name or (egg["name"] if egg else ""), _EGG.sub("", place)
    if _PASSWORD.match(place):
        raise ConfigError(
            "a git URL in the lock has a user or a password in it",
            details=re.sub(r"//[^/\s@]+@", "//***@", line),
            hint="Remove it; git has a credential helper for that (git help credentials).",
        )
    if not _COMMIT.fullmatch(place) or not name:
        raise ConfigError(
            "a git URL in the lock does not name a commit, so two deploys could install different things",
            details=line,
            hint="NAME @ git+https://HOST/REPOSITORY@COMMIT, with all 40 digits of the commit, which "
            "`git ls-remote https://HOST/REPOSITORY` shows.",
        )
    return f"{name} @ {place}"


def _in_the_repository(
    name: str, place: str, line: str, tree: CommitTree, folders: tuple[str, ...]
) -> str:
    path = place.removeprefix("file://").removeprefix("file:")
    for folder in folders:
        full = posixpath.normpath(posixpath.join(folder, path))
        if found := tree.object_id(full):
            return f"{name or _name(tree, full, line)} @ repository:{full}@{found}"
    raise ConfigError(
        f"the lock names {place}, which is not in commit {tree.commit[:12]} of the app's repository",
        details=line,
        hint="Commit it. Only what is in the repository of app.source is deployed.",
    )


def _name(tree: CommitTree, path: str, line: str) -> str:
    """Of a package that the lock names by its path alone."""
    with suppress(InvalidWheelFilename):
        return str(parse_wheel_filename(posixpath.basename(path))[0])
    project, setup = f"{path}/pyproject.toml", f"{path}/setup.cfg"
    if tree.has(project):
        with suppress(tomllib.TOMLDecodeError):
            data = tomllib.loads(tree.text(project))
            poetry = data.get("tool", {}).get("poetry", {})
            if name := data.get("project", poetry).get("name") or poetry.get("name"):
                return str(name)
    if tree.has(setup):
        parser = configparser.ConfigParser(interpolation=None)
        with suppress(configparser.Error):
            parser.read_string(tree.text(setup))
            if name := parser.get("metadata", "name", fallback=""):
                return name
    raise ConfigError(
        f"the name of the package in {path} is not known",
        details=line,
        hint=f"Write it in front: NAME @ ./{path}",
    )
