"""Each change of a file changes its digest."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from understudy.local.digests import contents, digest, installed, states


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "below").mkdir()
    (tmp_path / "a").write_text("one")
    (tmp_path / "below" / "b").write_text("two")
    return tmp_path


def contents_of(folder: Path) -> Iterator[object]:
    return contents(sorted(file for file in folder.rglob("*") if file.is_file()))


@pytest.mark.parametrize("read", [contents_of, states])
@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "a").write_text("other"),
        lambda folder: (folder / "below" / "b").write_text("other"),
        lambda folder: (folder / "below" / "c").touch(),
        lambda folder: (folder / "a").unlink(),
        lambda folder: (folder / "a").rename(folder / "d"),
    ],
)
def test_change_is_noticed(
    read: Callable[[Path], object], change: Callable[[Path], object], folder: Path
) -> None:
    before = digest(read(folder))  # type: ignore[arg-type]
    assert digest(read(folder)) == before  # type: ignore[arg-type]

    change(folder)

    assert digest(read(folder)) != before  # type: ignore[arg-type]


def test_content_counts_whatever_the_time_of_the_file(folder: Path) -> None:
    before = digest(contents_of(folder))
    stat = (folder / "a").stat()
    (folder / "a").write_text("two")
    os.utime(folder / "a", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert digest(contents_of(folder)) != before

    (folder / "a").write_text("one")
    os.utime(folder / "a", (0, 0))
    assert digest(contents_of(folder)) == before


def test_what_python_compiles_does_not_count(folder: Path) -> None:
    before = digest(states(folder))

    (folder / "below" / "__pycache__").mkdir()
    (folder / "below" / "__pycache__" / "b.pyc").touch()

    assert digest(states(folder)) == before


def test_directory_that_is_not_there_is_no_empty_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(states(tmp_path / "none"))


def test_parts_do_not_run_into_each_other() -> None:
    assert digest(["ab", "c"]) != digest(["a", "bc"])
    assert digest(["1:a", ""]) != digest(["1:a"])


def test_a_library_that_is_installed_or_removed_is_noticed(tmp_path: Path) -> None:
    libraries = tmp_path / "site-packages"
    path = [str(tmp_path), str(libraries), "/no/such/site-packages"]
    libraries.mkdir()
    os.utime(libraries, (1, 1))
    before = digest(installed(path))
    assert digest(installed(path)) == before

    (libraries / "jinja2-3.2.dist-info").mkdir()

    assert digest(installed(path)) != before
