"""Odd repositories, as git archives them: an error in words, or files without what leads out of them."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.fakes import config
from tests.unit.release.shipping import find
from tests.unit.repositories import LOCK, commit, git
from understudy.errors import ConfigError
from understudy.release import git_archive, worktree
from understudy.release import source as sources


def empty(repository: Path) -> None:
    commit(repository, {"gone": ""})
    git(repository, "rm", "--quiet", "gone")
    git(repository, "commit", "--quiet", "--message=empty")


def all_left_out(repository: Path) -> None:
    commit(repository, {".gitattributes": "* export-ignore\n", "requirements.txt": LOCK})


def no_commit(repository: Path) -> None:
    git(repository, "init", "--quiet", "--template=")


def only_a_submodule(repository: Path) -> None:
    commit(repository / "sub", {"a.py": ""})
    git(repository, "init", "--quiet", "--template=")
    git(repository, "add", "sub")
    git(repository, "commit", "--quiet", "--message=sub")


def look_and_resolve(repository: Path) -> None:
    app = config().app
    source = sources.find_commit(app, repository, repository / "cache")
    worktree.look(source)
    sources.resolve_source(app, repository, repository / "cache", source)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (empty, "has no files, so there is nothing to deploy"),
        (all_left_out, "has no files, so there is nothing to deploy"),
        (no_commit, "has no commit yet"),
        (only_a_submodule, "has no lock file"),
    ],
)
def test_repository_without_an_app_is_a_mistake_of_the_user(
    make: Callable[[Path], None], said: str, tmp_path: Path
) -> None:
    make(tmp_path)

    with pytest.raises(ConfigError, match=said):
        look_and_resolve(tmp_path)


def test_links_out_of_the_repository_and_odd_names_are_shipped_as_git_has_them(
    app: Path,
) -> None:
    (app / "out").symlink_to("../../etc/passwd")
    (app / "loop").symlink_to("loop")
    Path(os.fsdecode(os.fsencode(app) + b"/caf\xe9.txt")).write_text("")
    commit(app, {})

    source = find(app)

    assert {"source/out", "source/loop", "source/caf\udce9.txt"} <= set(sources.paths(source))
    assert sources.digest(source)


def test_links_that_lead_out_are_not_written_on_this_machine(tmp_path: Path) -> None:
    repository, place = tmp_path / "repository", tmp_path / "place"
    repository.mkdir()
    (repository / "out").symlink_to("../../etc/passwd")
    (repository / "absolute").symlink_to("/etc/passwd")
    (repository / "inside").symlink_to("a.py")
    revision = commit(repository, {"a.py": ""})

    git_archive.extract(repository, revision, place)

    assert sorted(path.name for path in place.iterdir()) == ["a.py", "inside"]


def test_files_larger_than_the_memory_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision = commit(tmp_path, {"film.mp4": "x" * 2**21, "small": ""})

    def too_large(*words: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr(git_archive, "git_bytes", too_large)

    with (
        pytest.raises(ConfigError, match="more memory") as raised,
        git_archive.opened(tmp_path, revision),
    ):
        pass

    assert raised.value.details.splitlines()[0] == "2 MiB  film.mp4"


def test_source_that_leads_to_itself_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")

    with pytest.raises(ConfigError, match="there is no directory"):
        sources.find_commit(config(app={"source": "loop"}).app, tmp_path, tmp_path / "cache")
