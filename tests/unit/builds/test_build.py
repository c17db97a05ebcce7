"""Wheels are built once for their inputs, by scripts that are not ours to run here: fakes take their place."""

import re
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.fakes import FakeReport
from understudy.builds import root
from understudy.builds.build import Builder, Kind
from understudy.errors import StepFailed
from understudy.paths import Project
from understudy.release import pip

BOOKWORM = Kind("Debian GNU/Linux 12 (bookworm)", "3.11.2", "x86_64", ("libpq-dev",))
ROOT = """#!/bin/sh
echo "root $*" >>"$0.calls"
[ ! -e "$0.fails" ] || { echo "E: Unable to locate package libno-dev"; exit 1; }
echo "==> installing"; mkdir -p "${3-$2}"
"""
# Fails with the text of the file `fails`, once for each of its copies.
BUILD = """#!/bin/sh
echo "build $*" >>"$0.calls"
name=$(basename "$2"/sdist/*.tar.gz .tar.gz)
if [ -e "$0.$name" ]; then cat "$0.$name"; exit 1; fi
if [ -e "$0.once" ]; then cat "$0.once"; rm "$0.once"; exit 1; fi
mkdir "$2/out"; touch "$2/out/$name-py3-none-any.whl"
printf 'libc.so.6\\tlibc6\\nlibpq.so.5\\tlibpq5\\n' >"$2/out/libraries"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    for name, text in (("wheels/root", ROOT), ("wheels/build", BUILD), ("box/sources", "")):
        script = tmp_path / "resources" / "provision" / name
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(text)
        script.chmod(0o755)
    return Project(tmp_path, tmp_path / "deploy.yml", tmp_path / "resources")


@pytest.fixture
def needed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The requirements of each download for a build."""
    downloads: list[str] = []

    def download(file: Path, *_: object) -> str:
        downloads.append(file.read_text())
        return ""

    monkeypatch.setattr(pip, "download", download)
    return downloads


@pytest.fixture
def sdist(tmp_path: Path) -> Path:
    return made(tmp_path, "tiny-1.0")


def made(directory: Path, name: str) -> Path:
    path = directory / f"{name}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo(f"{name}/setup.py"))
    return path


def calls(project: Project, script: str) -> list[str]:
    noted = project.wheel_scripts / f"{script}.calls"
    lines = noted.read_text().splitlines() if noted.exists() else []
    # What a test notes is no input of a build.
    noted.unlink(missing_ok=True)
    return lines


def build(project: Project, *sdists: Path, kind: Kind = BOOKWORM) -> list[Path]:
    return Builder(project, FakeReport(), kind).build(sdists, ())


def say(project: Project, end: str, text: str) -> None:
    (project.wheel_scripts / f"build.{end}").write_text(text)


def test_wheel_is_built_once(project: Project, needed: list[str], sdist: Path) -> None:
    first = build(project, sdist)
    assert len(calls(project, "root")) == len(calls(project, "build")) == 1

    assert build(project, sdist) == first
    assert [wheel.name for wheel in first] == ["tiny-1.0-py3-none-any.whl"]
    assert calls(project, "build") == []
    assert needed == ["setuptools>=40.8.0\nwheel\n"]


def test_each_input_makes_another_wheel(project: Project, sdist: Path, tmp_path: Path) -> None:
    def key(kind: Kind, of: Path = sdist) -> str:
        return Builder(project, FakeReport(), kind).key(of)

    before = key(BOOKWORM)
    others = {
        key(replace(BOOKWORM, os="Debian GNU/Linux 13 (trixie)", python="3.13.1")),
        key(replace(BOOKWORM, packages=("libpq-dev", "libldap-dev"))),
        key(BOOKWORM, made(tmp_path, "tiny-1.1")),
    }
    (project.wheel_scripts / "build").write_text("other")
    others.add(key(BOOKWORM))

    assert len(others - {before}) == 4
    assert key(replace(BOOKWORM, python="3.11.9")) == key(BOOKWORM), "an extension fits all of 3.11"
    swapped = replace(BOOKWORM, packages=("b", "a"))
    assert key(swapped) == key(replace(BOOKWORM, packages=("a", "b")))


def test_libraries_are_known_of_a_wheel_that_was_built_before(
    project: Project, needed: list[str], sdist: Path
) -> None:
    build(project, sdist)
    builder = Builder(project, FakeReport(), BOOKWORM)

    builder.build([sdist], ())

    assert builder.libraries == {"libc.so.6": "libc6", "libpq.so.5": "libpq5"}


def test_requirement_that_the_build_asks_for_is_downloaded(
    project: Project, needed: list[str], sdist: Path
) -> None:
    say(project, "once", "ERROR: No matching distribution found for cffi>=1.1\n")

    build(project, sdist)

    assert needed[-1].splitlines() == ["setuptools>=40.8.0", "wheel", "cffi>=1.1"]


@pytest.mark.parametrize(
    ("line", "older"),
    [
        ("AttributeError: 'build_ext' object has no attribute 'cython_sources'", "cython<3"),
        (
            "ImportError: cannot import name 'convert_path' from 'setuptools' (/x.py)",
            "setuptools<67",
        ),
        ("ModuleNotFoundError: No module named 'pkg_resources'", "setuptools<81"),
        ("error in x setup command: use_2to3 is invalid.", "setuptools<58"),
    ],
)
def test_package_that_newer_tools_cannot_build_gets_older_ones_alone(
    project: Project,
    sdist: Path,
    monkeypatch: pytest.MonkeyPatch,
    line: str,
    older: str,
) -> None:
    downloads = []

    def download(file: Path, links: Path, *_: object) -> str:
        downloads.append((file.read_text().splitlines(), [one.name for one in links.iterdir()]))
        (links / f"tool-{len(downloads)}-py3-none-any.whl").touch()
        return ""

    monkeypatch.setattr(pip, "download", download)
    say(project, "once", f"{line}\n")

    assert len(build(project, sdist)) == 1

    usual = ["setuptools>=40.8.0", "wheel"]
    assert downloads == [(usual, []), ([*usual, older], [])]


def test_build_that_always_asks_for_the_same_has_failed(
    project: Project, needed: list[str], sdist: Path
) -> None:
    say(project, "tiny-1.0", "ERROR: No matching distribution found for cffi>=1.1\n")

    with pytest.raises(StepFailed, match=r"tiny 1\.0 could not be built"):
        build(project, sdist)

    assert len(needed) == 2


def test_all_failures_are_shown_at_once_and_leave_nothing(
    project: Project, needed: list[str], tmp_path: Path
) -> None:
    sdists = [made(tmp_path, name) for name in ("a-1", "b-2", "c-3")]
    say(project, "a-1", "x.c:1:1: fatal error: mysql.h: No such file or directory\n")
    say(project, "c-3", "x.c:1:1: fatal error: lber.h: No such file or directory\n")

    with pytest.raises(StepFailed) as raised:
        build(project, *sdists)

    assert raised.value.summary == "a 1 and c 3 could not be built for Python 3.11 on bookworm"
    assert "build_packages: [libpq-dev, libmariadb-dev, libldap-dev]" in raised.value.hint
    assert "mysql.h" in raised.value.details
    [left] = (project.cache / "built").iterdir()
    assert [path.name for path in left.glob("*.whl")] == ["b-2-py3-none-any.whl"]


def test_failed_build_is_tried_again(project: Project, needed: list[str], sdist: Path) -> None:
    say(project, "once", "")
    with pytest.raises(StepFailed, match="could not be built"):
        build(project, sdist)

    assert build(project, sdist)


def test_requirements_that_can_not_be_downloaded_end_it(
    project: Project, sdist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pip, "download", lambda *_: "no route")

    with pytest.raises(StepFailed, match="needs can't be downloaded") as raised:
        build(project, sdist)

    assert raised.value.details == "no route"
    assert calls(project, "build") == []


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        (replace(BOOKWORM, os="Plan 9"), "build roots of debian 12, debian 13"),
        (
            replace(BOOKWORM, os="Debian GNU/Linux 11 (bullseye)"),
            "build roots of debian 12, debian 13",
        ),
        (replace(BOOKWORM, machine="aarch64"), "this machine is x86_64, the host aarch64"),
        (replace(BOOKWORM, python="3.12.1"), "the host has Python 3.12.1, and bookworm has 3.11"),
    ],
)
def test_other_hosts_are_refused(kind: Kind, cause: str, project: Project, sdist: Path) -> None:
    with pytest.raises(StepFailed, match="can't be built for") as raised:
        build(project, sdist, kind=kind)

    assert cause in raised.value.cause
    assert calls(project, "root") == []


@pytest.mark.parametrize(
    ("os", "python", "release"),
    [
        ("Debian GNU/Linux 12 (bookworm)", "3.11.2", "bookworm"),
        ("Debian GNU/Linux 13 (trixie)", "3.13.5", "trixie"),
        ("Ubuntu 22.04.5 LTS", "3.10.12", "jammy"),
        ("Ubuntu 24.04 LTS", "3.12.3", "noble"),
    ],
)
def test_release_is_the_hosts_own(os: str, python: str, release: str, project: Project) -> None:
    assert Kind(os, python, "x86_64").release == release


def test_root_is_made_of_the_one_without_packages(project: Project) -> None:
    made = root.ensure(project, FakeReport(), "bookworm", ["b-dev", "a-dev"])

    [call] = calls(project, "root")
    base = root.root_of(project, "bookworm")
    assert call == f"root bookworm {base} {made} b-dev a-dev"
    assert made == root.root_of(project, "bookworm", ["a-dev", "b-dev"])
    assert root.ensure(project, FakeReport(), "bookworm", ["a-dev", "b-dev"]) == made
    assert calls(project, "root") == []


def test_each_input_makes_another_root(project: Project) -> None:
    roots = {root.root_of(project, "bookworm"), root.root_of(project, "trixie")}
    roots.add(root.root_of(project, "bookworm", ["a-dev"]))
    (project.box_scripts / "sources").write_text("echo elsewhere")
    roots.add(root.root_of(project, "bookworm"))
    (project.wheel_scripts / "root").write_text("other")
    roots.add(root.root_of(project, "bookworm"))

    assert len(roots) == 5


def test_package_that_debian_lacks_is_named(project: Project) -> None:
    (project.wheel_scripts / "root.fails").touch()

    with pytest.raises(StepFailed) as raised:
        root.ensure(project, FakeReport(), "bookworm", ["libno-dev"])

    assert raised.value.cause == "bookworm has no package libno-dev"
    assert "app.build_packages" in raised.value.hint
    assert re.search(r"Unable to locate", (project.state / "build-roots" / "root.log").read_text())


def test_progress_of_a_root_is_shown(project: Project) -> None:
    report = FakeReport()

    root.ensure(project, report, "bookworm", ["a-dev"])

    assert report.steps == [("make a build root of bookworm with a-dev", True)]
    assert report.details == ["installing"]
