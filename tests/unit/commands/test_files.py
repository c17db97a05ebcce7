"""Commands on files, run in a directory of their own."""

import tarfile
from pathlib import Path

import pytest

from tests.unit.commands.running import pure, run
from understudy.commands import files
from understudy.release import compression, wheels


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


@pytest.mark.parametrize("zstd", [False, True])
def test_packages_of_several_joined_tars_are_added_to_those_that_are_there(
    zstd: bool, tmp_path: Path
) -> None:
    if zstd and not compression.has_zstd():
        pytest.skip("needs zstd")
    packages = tmp_path / "packages"
    (packages / "old").mkdir(parents=True)
    tars = [tmp_path / "a.tar.gz", tmp_path / "b.tar.gz"]
    for tar in tars:
        with tarfile.open(tar, mode="w:gz") as archive:
            archive.addfile(tarfile.TarInfo(f"{tar.name[0]}/file"))
    joined = wheels.join(compression.by_zstd(tars) if zstd else tars)

    assert run(files.unpack_each(pure(packages), zstd=zstd), joined).returncode == 0

    assert sorted(path.name for path in packages.iterdir()) == ["a", "b", "old"]
    assert not (tmp_path / "packages.new").exists()
