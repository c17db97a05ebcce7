"""No other user of this machine can read what runs leave here."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from understudy.cli import main
from understudy.local import private
from understudy.paths import Project


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def project(directory: Path) -> Project:
    return Project(directory, directory / "deploy.yml")


def readable_by_others(directory: Path) -> list[str]:
    """What another user could read or list, given the rights of all that is above it."""
    found = []
    for path in sorted(directory.rglob("*")):
        above = [one for one in path.parents if one.is_relative_to(directory) and one != directory]
        reached = all(one.stat().st_mode & 0o001 for one in above)
        if reached and not path.is_symlink() and path.stat().st_mode & 0o044:
            found.append(str(path.relative_to(directory)))
    return found


def test_files_that_an_earlier_version_left_readable_become_private(tmp_path: Path) -> None:
    here = project(tmp_path)
    left = [
        *(here.reports / "1" / "report.json", here.reports / "1" / "pages" / "a.png"),
        *(here.state / "timings.json", here.cache / "git" / "repository" / "HEAD"),
        *(here.state / "vm" / "understudy" / "console.log", here.pages / "b.png"),
    ]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (here.reports / "latest").symlink_to("1")
    (here.cache / "tool").touch()
    (here.cache / "tool").chmod(0o755)

    private.make_private(here.state, here.private)

    assert readable_by_others(tmp_path) == []
    assert {path.stat().st_mode & 0o777 for path in left} == {0o600}
    assert (here.cache / "tool").stat().st_mode & 0o777 == 0o700
    assert here.reports.stat().st_mode & 0o777 == 0o700


def test_files_made_later_are_private_too(tmp_path: Path) -> None:
    here = project(tmp_path)

    private.make_private(here.state, here.private)

    for directory in here.private:
        (directory / "new").mkdir()
        (directory / "new" / "file").write_text("")
    assert readable_by_others(tmp_path) == []


def test_apt_still_reaches_the_files_that_a_box_is_built_from(tmp_path: Path) -> None:
    """apt downloads as the user _apt."""
    here = project(tmp_path)
    boxes = here.state / "boxes"
    boxes.mkdir(parents=True)

    private.make_private(here.state, here.private)

    assert here.state.stat().st_mode & 0o777 == 0o711
    assert boxes.stat().st_mode & 0o001


def test_a_directory_that_cannot_be_made_private_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / ".understudy").write_text("a file")
    here = project(tmp_path)

    private.make_private(here.state, here.private)

    assert here.reports.is_dir()


def test_each_verb_makes_its_directories_private_first(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "deploy.yml").touch()

    main.main(["report", "--list"], tmp_path)

    assert (tmp_path / "reports").stat().st_mode & 0o777 == 0o700
