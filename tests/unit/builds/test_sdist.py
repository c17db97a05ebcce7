"""An sdist's own words about its build are read from the archive."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from understudy.builds.sdist import build_requirements
from understudy.release.lock_file import environment

HOST = environment("3.11.2", "x86_64")


def tar(directory: Path, **files: str) -> Path:
    path = directory / "tiny-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def pyproject(directory: Path, text: str) -> list[str]:
    return build_requirements(tar(directory, **{"tiny-1.0/pyproject.toml": text}), HOST)


def test_requirements_are_those_of_the_hosts_python(tmp_path: Path) -> None:
    wanted = ["a>=1", "b; python_version < '3.11'", "c[x]==2; os_name == 'posix'"]
    text = f"[build-system]\nrequires = {wanted}\n"

    assert pyproject(tmp_path, text) == ["a>=1", "c[x]==2"]


@pytest.mark.parametrize("text", ["", "[project]\n", "[build-system]\n", "no = toml ="])
def test_without_requirements_setuptools_builds_as_in_pip(text: str, tmp_path: Path) -> None:
    assert pyproject(tmp_path, text) == ["setuptools>=40.8.0", "wheel"]


def test_file_of_another_project_inside_does_not_count(tmp_path: Path) -> None:
    inner = {"tiny-1.0/vendor/pyproject.toml": '[build-system]\nrequires = ["evil"]\n'}

    assert build_requirements(tar(tmp_path, **inner), HOST) == ["setuptools>=40.8.0", "wheel"]


def test_zip_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "tiny-1.0.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny-1.0/pyproject.toml", '[build-system]\nrequires = ["hatchling"]\n')

    assert build_requirements(path, HOST) == ["hatchling"]
