"""What an sdist says that its build needs (PEP 518). The archive is read, and nothing of it runs."""

import tarfile
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

# Those of a package that names none, as pip has them.
_DEFAULT = ("setuptools>=40.8.0", "wheel")


def build_requirements(sdist: Path, environment: Mapping[str, str]) -> list[str]:
    """Requirements for pip, for a Python with that environment of markers."""
    with_markers = (_requirement(text) for text in _stated(_pyproject(sdist)))
    return [
        str(one).partition(";")[0].strip()
        for one in with_markers
        if one and (one.marker is None or one.marker.evaluate(dict(environment)))
    ]


def _stated(pyproject: str) -> list[str]:
    try:
        system: dict[str, Any] = tomllib.loads(pyproject).get("build-system", {})
    except tomllib.TOMLDecodeError:
        system = {}
    return [*map(str, system.get("requires", _DEFAULT))]


def _requirement(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


def _pyproject(sdist: Path) -> str:
    """The text of its pyproject.toml, "" without one."""
    if zipfile.is_zipfile(sdist):
        with zipfile.ZipFile(sdist) as archive:
            names = [name for name in archive.namelist() if _is_at_top(name)]
            return archive.read(names[0]).decode(errors="replace") if names else ""
    with tarfile.open(sdist) as archive_of_tar:
        for member in archive_of_tar:
            if _is_at_top(member.name) and (file := archive_of_tar.extractfile(member)):
                return file.read().decode(errors="replace")
    return ""


def _is_at_top(name: str) -> bool:
    return name.removeprefix("./").count("/") == 1 and name.endswith("/pyproject.toml")
