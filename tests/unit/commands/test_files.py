"""Commands on files, run in a directory of their own."""

import io
import tarfile
from pathlib import Path

import pytest

from tests.unit.commands.running import pure, run
from understudy.commands import files


@pytest.fixture
def tar(tmp_path: Path) -> Path:
    """A gzipped tar with one file, `kept`."""
    (tmp_path / "kept").write_text("new")
    path = tmp_path / "release.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(tmp_path / "kept", "kept")
    (tmp_path / "kept").unlink()
    return path


def test_unpacked_release_has_nothing_of_an_earlier_attempt(tar: Path, tmp_path: Path) -> None:
    release = tmp_path / "a release"
    release.mkdir()
    (release / "left over").touch()

    assert run(files.unpack(pure(release)), tar.read_bytes()).returncode == 0

    assert [path.name for path in release.iterdir()] == ["kept"]


def test_tar_that_is_cut_off_leaves_nothing(tar: Path, tmp_path: Path) -> None:
    half = tar.read_bytes()[:-20]

    assert run(files.unpack(pure(tmp_path / "r")), half).returncode != 0
    assert run(files.unpack_each(pure(tmp_path / "p")), half).returncode != 0

    assert not (tmp_path / "r").exists()
    assert not list((tmp_path / "p").iterdir())


def test_packages_of_several_joined_tars_are_added_to_those_that_are_there(
    tmp_path: Path,
) -> None:
    packages = tmp_path / "packages"
    (packages / "old").mkdir(parents=True)
    joined = b""
    for name in ("a", "b"):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
            member = tarfile.TarInfo(f"{name}/file")
            tar.addfile(member)
        joined += buffer.getvalue()

    assert run(files.unpack_each(pure(packages)), joined).returncode == 0

    assert sorted(path.name for path in packages.iterdir()) == ["a", "b", "old"]
    assert [path.name for path in tmp_path.iterdir()] == ["packages"]


@pytest.mark.parametrize("before", [None, "releases/old", "releases/new"])
def test_switch_points_the_link_at_the_release(before: str | None, tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / "releases" / name).mkdir(parents=True)
    current = tmp_path / "current"
    if before:
        current.symlink_to(before)
    # A killed switch can leave this one.
    (tmp_path / "current.new").symlink_to("releases/old")

    assert run(files.switch(pure(tmp_path), "new")).returncode == 0

    assert str(current.readlink()) == "releases/new"
    assert list((tmp_path / "releases" / "old").iterdir()) == [], "no link inside of the old one"
    previous = tmp_path / "previous"
    assert previous.is_symlink() == (before == "releases/old")
    if previous.is_symlink():
        assert str(previous.readlink()) == "releases/old"


def test_removed_release_stops_counting_as_complete_first(tmp_path: Path) -> None:
    """Killed midway, it must not look whole. Here `rm -rf` fails, as if it were killed."""
    release = tmp_path / "a release"
    release.mkdir()
    for name in ("manifest.json", "code.py"):
        (release / name).touch()
    (tmp_path / "rm").write_text('#!/bin/sh\n[ "$1" = -f ] && exec /bin/rm "$@"\nexit 1\n')
    (tmp_path / "rm").chmod(0o755)
    argv = ("env", f"PATH={tmp_path}:/usr/bin:/bin", *files.remove(pure(release)))

    assert run(argv).returncode == 1

    assert [path.name for path in release.iterdir()] == ["code.py"]


def test_releases_are_removed_whatever_their_names(tmp_path: Path) -> None:
    for name in ("a b", "$c"):
        (tmp_path / name / "deep").mkdir(parents=True)

    assert run(files.remove(pure(tmp_path / "a b"), pure(tmp_path / "$c"))).returncode == 0

    assert list(tmp_path.iterdir()) == []
