"""Commands on files, run in a directory of their own."""

import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from tests.unit.commands.running import pure, run
from understudy.commands import files
from understudy.release import compression


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


def test_files_are_added_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    static, made = tmp_path / "static files", tmp_path / "made"
    for place in (static / "d", made / "d"):
        place.mkdir(parents=True)
    (static / "d" / "a.css").write_text("a")
    (static / "d" / "a.css.gz").write_text("old")
    (made / "d" / "a.css.gz").write_text("new")
    (made / "b.css.gz").write_bytes(100_000 * b"b")
    with tarfile.open(tmp_path / "tar", "w") as archive:
        archive.add(made / "d" / "a.css.gz", "d/a.css.gz")
        archive.add(made / "b.css.gz", "b.css.gz")
    packed = (tmp_path / "tar").read_bytes()

    assert run(files.unpack_into(pure(static)), packed[:50_000]).returncode != 0
    assert sorted(path.name for path in static.rglob("*")) == ["a.css", "a.css.gz", "d"]
    assert run(files.unpack_into(pure(static)), packed).returncode == 0

    assert sorted(path.name for path in static.iterdir()) == ["b.css.gz", "d"]
    assert (static / "d" / "a.css.gz").read_text() == "new"
    assert (static / "d" / "a.css").read_text() == "a"
    assert (static / "b.css.gz").stat().st_mode & 0o777 == 0o644


def test_files_are_read_by_their_names(tmp_path: Path) -> None:
    for name in ("-n", "a b", "link"):
        (tmp_path / name).write_text(name)
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("a b")

    done = subprocess.run(
        files.read_each(pure(tmp_path)), input=b"-n\0a b\0link", capture_output=True, check=True
    )

    with tarfile.open(fileobj=BytesIO(done.stdout)) as archive:
        contents = {member.name: archive.extractfile(member) for member in archive}
        assert {name: file and file.read() for name, file in contents.items()} == {
            "-n": b"-n",
            "a b": b"a b",
            "link": b"a b",
        }


def test_tar_that_is_cut_off_leaves_nothing(tar: Path, tmp_path: Path) -> None:
    half = tar.read_bytes()[:-20]

    assert run(files.unpack(pure(tmp_path / "r")), half).returncode != 0
    assert run(files.unpack_each(pure(tmp_path / "p")), half).returncode != 0

    assert not (tmp_path / "r").exists()
    assert not list((tmp_path / "p").iterdir())


@pytest.mark.parametrize("zstd", [False, True])
def test_packages_of_several_tars_are_added_to_those_that_are_there(
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
    sent = compression.by_zstd(tars) if zstd else tars
    joined = b"".join(tar.read_bytes() for tar in sent)

    assert run(files.unpack_each(pure(packages), zstd=zstd), joined).returncode == 0

    assert sorted(path.name for path in packages.iterdir()) == ["a", "b", "old"]
    assert not (tmp_path / "packages.new").exists()
