"""Which Python the app asks for, and the release of the staging VM that has it. Pure."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from understudy.config.releases import RELEASES
from understudy.project import other_tools
from understudy.project.packages import Packages
from understudy.project.tree import Tree, join
from understudy.project.values import Deployment, Found, Unknown

# The first one is taken if nothing speaks against it; Ubuntu's only if no Debian has the Python.
_DEBIAN, _UBUNTU = ("trixie", "bookworm"), ("resolute", "noble", "jammy")
_COMPILED = re.compile(r"with Python (3\.\d+)|--python-version[ =](3\.\d+)")
# Versions of Django that need a Python, the highest first.
_DJANGO_NEEDS = (((6,), "3.12"), ((5,), "3.10"))


@dataclass(frozen=True)
class _Asked:
    """must: versions outside of it don't work. Without must, `version` is what developers have."""

    place: str
    text: str
    must: SpecifierSet | None = None
    version: str = ""


def release(tree: Tree, folder: str, packages: Packages) -> Deployment:
    """vm.release, for the Python that the app asks for."""
    asked = list(_asked(tree, folder, packages))
    musts = [one for one in asked if one.must is not None]
    fitting = [
        name
        for name in (*_DEBIAN, *_UBUNTU)
        if all(one.must is None or f"{_python(name)}.99" in one.must for one in musts)
    ]
    fitting = [name for name in fitting if name in _DEBIAN] or fitting[:1]
    # pyproject.toml often says the same as the lock file.
    reasons = {one.text: f"{one.place}: {one.text}" for one in reversed(asked)}
    why = ", ".join(reversed(reasons.values()))
    if not fitting:
        return _without_release(why)
    exact = [name for name in fitting for one in asked if _python(name) == one.version]
    if exact or (musts and len(fitting) == 1):
        return _chosen((exact or fitting)[0], why)
    # Nothing decides: the newer one.
    unknown = Unknown(
        f"which release production runs; {fitting[0]} with Python {_python(fitting[0])} is taken",
        "vm.release, or `python deploy.py init --capture HOST`, which reads it from the server",
        "vm.release",
    )
    return _chosen(fitting[0], why or "not known: the newest").with_more(
        Deployment(unknown=(unknown,))
    )


def least(found: Deployment) -> str:
    """The lowest Python of the hosts, as "3.11": of all Debians that fit if the release is not known."""
    is_open = any(one.key == "vm.release" for one in found.unknown)
    releases = _DEBIAN if is_open else (found.vm["release"].value,)
    return min(map(_python, releases), key=Version)


def _python(release: str) -> str:
    return RELEASES[release].python


def _chosen(name: str, why: str) -> Deployment:
    return Deployment(vm={"release": Found(name, f"Python {_python(name)}; {why}")})


def _without_release(why: str) -> Deployment:
    known = ", ".join(f"{name} has {one.python}" for name, one in RELEASES.items())
    note = (
        f"no release of the staging VM has the Python that is asked for ({why}): {known}. "
        "Lock for one of them"
    )
    return Deployment(notes=(note,), vm={"release": Found("trixie", f"no release has it: {why}")})


def _asked(tree: Tree, folder: str, packages: Packages) -> Iterator[_Asked]:
    if packages.python:
        yield from _specifier(packages.lock, "requires-python", packages.python)
    yield from _compiled_for(packages.lock, tree.texts.get(packages.lock, ""))
    for path in dict.fromkeys((join(folder, "pyproject.toml"), "pyproject.toml")):
        if path in tree.texts and (found := _pyproject(tree.texts[path])):
            yield from _specifier(path, "requires-python", found)
    yield from _by_django(packages)
    names = (".python-version", "runtime.txt")
    for path in dict.fromkeys(path for name in names for path in (join(folder, name), name)):
        if version := re.search(r"3\.\d+", tree.texts.get(path, "")):
            yield _Asked(f"{path}:1", f"Python {version[0]}", version=version[0])
    if image := other_tools.python_of_image(tree, folder):
        yield _Asked(image[1], f"Python {image[0]}", version=image[0])


def _by_django(packages: Packages) -> Iterator[_Asked]:
    """What its version asks for; a lock file that names its Python accounts for the least."""
    least, place = packages.least("django"), packages.place("django")
    for first, python in () if packages.python else _DJANGO_NEEDS:
        if least >= first:
            what = f"django {_dots(least)} needs Python {python}"
            yield _Asked(place, what, SpecifierSet(f">={python}"))
            break
    if least and least < (5, 1):
        what = f"django {_dots(least)} is for Python up to 3.12"
        yield _Asked(place, what, SpecifierSet("<3.13"))


def _dots(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _compiled_for(path: str, text: str) -> Iterator[_Asked]:
    """The head of a requirements.txt that pip-compile or uv wrote."""
    for number, line in enumerate(text.splitlines()[:6], 1):
        if line.startswith("#") and (found := _COMPILED.search(line)):
            version = found[1] or found[2]
            yield _Asked(f"{path}:{number}", f"compiled for Python {version}", version=version)


def _specifier(place: str, what: str, text: str) -> Iterator[_Asked]:
    # Poetry's ^3.11 and ~3.11 are not of PEP 440.
    plain = re.sub(r"\^\s*(3[.\d]*)", r">=\1,<4", text.strip().strip('"'))
    plain = re.sub(r"(?<![~=!<>])~\s*(3\.\d+)(\.\d+)?", r"==\1.*", plain)
    try:
        yield _Asked(place, f"{what} {text}", SpecifierSet(plain))
    except InvalidSpecifier:
        return


def _pyproject(text: str) -> str:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return ""
    project, tool = data.get("project", {}), data.get("tool", {})
    poetry = tool.get("poetry", {}).get("dependencies", {}).get("python", "")
    return str(project.get("requires-python") or poetry or "")
