"""The commit that deploy.yml names is found, in real repositories."""

import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.unit import fakes
from tests.unit.fakes import TOP
from tests.unit.release.shipping import FILES, find, shipped
from tests.unit.repositories import LOCK, commit, git, write
from understudy.config import model as configuration
from understudy.errors import ConfigError, Refused, Unreachable
from understudy.release import commit_log, commit_tree, git_archive, lock_file, worktree
from understudy.release import git as git_calls
from understudy.release import source as sources
from understudy.release.commit_tree import CommitTree


def test_source_is_the_last_commit_by_default(app: Path) -> None:
    newest = commit(app, {"shop/wsgi.py": "application = 1\n"})

    source = find(app)

    assert source.commit == newest
    assert lock_file.parse(source.lock, "").pins == lock_file.parse(LOCK, "").pins
    assert source.dirty == ()


def test_other_revision_is_taken_by_any_of_its_names(app: Path) -> None:
    first = find(app).commit
    git(app, "tag", "v1")
    commit(app, {"shop/wsgi.py": "application = 1\n"})

    assert {find(app, revision=name).commit for name in ("v1", first[:9], "HEAD~1")} == {first}


def test_commit_outside_of_the_app_does_not_change_its_tree(tmp_path: Path) -> None:
    commit(tmp_path, {f"app/{name}": text for name, text in FILES.items()})
    before = find(tmp_path, source="app")
    commit(tmp_path, {"README": "more words\n"})

    after = find(tmp_path, source="app")

    assert after.commit != before.commit
    assert (after.tree, after.lock) == (before.tree, before.lock)


def test_shipped_example_is_ready_to_be_deployed(tmp_path: Path) -> None:
    app = configuration.load(TOP / "deploy.yml").app
    shutil.copytree(TOP / "example", tmp_path / "example")
    commit(tmp_path, {})

    source = sources.resolve_source(app, tmp_path, tmp_path / "cache")

    assert "source/manage.py" in shipped(source)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        pytest.param({"app/shop/wsgi.py": "changed"}, " M app/shop/wsgi.py", id="changed"),
        pytest.param({"app/new.py": ""}, "?? app/new.py", id="new"),
        pytest.param({"app/grün.py": ""}, "?? app/grün.py", id="not-ascii"),
        pytest.param({"README": "changed"}, None, id="outside-of-the-app"),
        pytest.param({"app/local.sqlite3": ""}, None, id="ignored"),
    ],
)
def test_uncommitted_change_is_seen(
    change: dict[str, str], line: str | None, tmp_path: Path
) -> None:
    files = {f"app/{name}": text for name, text in FILES.items()}
    commit(tmp_path, {**files, "README": "", ".gitignore": "*.sqlite3\n"})
    write(tmp_path, change)

    source = find(tmp_path, source="app")

    assert source.dirty == ((line,) if line else ())


def test_dirty_tree_is_refused_with_the_files_that_make_it_so(app: Path) -> None:
    sources.refuse_if_dirty(find(app))
    write(app, {"shop/wsgi.py": "changed", "new.py": ""})

    with pytest.raises(Refused) as raised:
        sources.refuse_if_dirty(find(app))

    assert raised.value.exit_code == 3
    assert raised.value.details.splitlines() == [" M shop/wsgi.py", "?? new.py"]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        pytest.param({"source": "nowhere"}, "no directory", id="no-directory"),
        pytest.param({"source": "shop/wsgi.py"}, "no directory", id="a-file"),
        pytest.param({"revision": "v99"}, "v99|single revision", id="no-such-revision"),
        pytest.param({"revision": "--help"}, "git", id="revision-like-an-option"),
        pytest.param({"subdirectory": "empty"}, "git", id="directory-not-committed"),
    ],
)
def test_missing_source_is_reported(wrong: dict[str, str], reason: str, app: Path) -> None:
    (app / "empty").mkdir()

    with pytest.raises(ConfigError, match=reason):
        find(app, **wrong)


def test_directory_that_is_no_repository_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Or git would look for one further up.
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    write(tmp_path, FILES)

    with pytest.raises(ConfigError, match="not a git repository"):
        find(tmp_path)


def test_machine_without_git_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Unreachable, match="git is not installed"):
        find(tmp_path)


def test_deploy_from_a_git_hook_ships_the_app_and_not_the_hooks_repository(
    app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = find(app).commit
    commit(tmp_path / "other", {"README": ""})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other" / ".git" / "index"))

    source = find(app)

    assert (source.commit, source.dirty) == (wanted, ())


def test_git_url_is_fetched_and_fetched_again(app: Path, tmp_path: Path) -> None:
    first = find(app).commit
    before = find(tmp_path, source=f"file://{app}")
    second = commit(app, {"shop/wsgi.py": "application = 1\n"})

    after = find(tmp_path, source=f"file://{app}")

    assert (before.commit, after.commit) == (first, second)
    assert shipped(after)["source/shop/wsgi.py"][1] == b"application = 1\n"


def test_app_in_a_subdirectory_of_a_git_url_is_found(tmp_path: Path) -> None:
    commit(tmp_path / "origin", {f"web/{name}": text for name, text in FILES.items()})

    source = find(tmp_path, source=f"file://{tmp_path}/origin", subdirectory="web/")

    assert "source/shop/wsgi.py" in shipped(source)


def test_branch_of_a_git_url_may_be_rewritten(app: Path, tmp_path: Path) -> None:
    url = f"file://{app}"
    find(tmp_path, source=url, revision="main")
    git(app, "commit", "--quiet", "--amend", "--message=other")

    source = find(tmp_path, source=url, revision="main")

    assert source.commit == git(app, "rev-parse", "main")


@pytest.mark.parametrize("seen_before", [False, True])
def test_git_url_that_cannot_be_reached_is_reported(
    seen_before: bool, app: Path, tmp_path: Path
) -> None:
    url = f"file://{app}"
    if seen_before:
        find(tmp_path, source=url)
    app.rename(tmp_path / "gone")

    with pytest.raises(Unreachable, match="can't fetch") as raised:
        find(tmp_path, source=url)

    assert raised.value.exit_code == 4
    assert str(app) in raised.value.details
    assert "`git ls-remote`" in raised.value.hint


def test_digest_depends_on_each_shipped_file_and_nothing_else(tmp_path: Path) -> None:
    commit(tmp_path, {**FILES, "a": "1"})
    source = find(tmp_path)
    first = sources.digest(source)
    assert sources.digest(source) == first

    seen = {first}
    for change in ("a2", "content", "mode", "link"):
        if change == "a2":
            (tmp_path / "a").rename(tmp_path / "a2")
        elif change == "content":
            write(tmp_path, {"a2": "2"})
        elif change == "mode":
            (tmp_path / "a2").chmod(0o755)
        else:
            (tmp_path / "a2").unlink()
            (tmp_path / "a2").symlink_to("2")
        commit(tmp_path, {})
        digest = sources.digest(find(tmp_path))
        assert digest not in seen, change
        seen.add(digest)


def test_digest_is_the_same_in_another_commit_and_another_clone(app: Path, tmp_path: Path) -> None:
    first = sources.digest(find(app))
    git(app, "commit", "--quiet", "--allow-empty", "--message=again")
    git(tmp_path, "clone", "--quiet", "app", "clone")
    git(tmp_path / "clone", "config", "tar.umask", "0077")

    assert sources.digest(find(tmp_path / "clone")) == first


def test_migrations_of_the_commit_are_known_by_path(tmp_path: Path) -> None:
    commit(
        tmp_path,
        {
            **FILES,
            "shop/migrations/__init__.py": "",
            "shop/migrations/0001_initial.py": "a",
            "migrations/versions/1a2b.py": "b",
            "migrations/alembic.ini": "",
            "shop/emigrations/x.py": "",
        },
    )

    assert sources.migrations(find(tmp_path)) == {
        "migrations/versions/1a2b.py": sha256(b"b").hexdigest(),
        "shop/migrations/0001_initial.py": sha256(b"a").hexdigest(),
    }


def test_newest_commit_of_a_directory_has_its_subject(app: Path) -> None:
    settings = fakes.config(app={"source": "."}).app
    first = sources.newest(settings, app)
    assert (first.commit, bool(first.subject)) == (git(app, "rev-parse", "HEAD"), True)

    second = commit(app, {"shop/wsgi.py": "application = 1\n"})

    assert sources.newest(settings, app).commit == second


def test_commits_of_a_url_are_not_watched(tmp_path: Path) -> None:
    settings = fakes.config(app={"source": "https://git.test/shop.git"}).app
    with pytest.raises(ConfigError, match="is a URL"):
        sources.newest(settings, tmp_path)


def test_commit_is_read_once_whatever_its_lock(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    opened = git_archive.opened

    def noted(repository: Path, tree: str, *below: str, **options: Any) -> Any:
        read.append(tree)
        return opened(repository, tree, *below, **options)

    monkeypatch.setattr(git_archive, "opened", noted)
    sources.committed_files.cache_clear()
    first = find(app)

    without_lock = replace(first, lock="")
    assert sources.members(without_lock) == sources.members(first)
    assert read == [first.commit]

    second = commit(app, {"shop/wsgi.py": "application = 2\n"})

    assert b"application = 2\n" in [content for _, content in sources.members(find(app))]
    assert read == [first.commit, second]


def test_git_lists_a_commit_once_and_another_commit_again(
    app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def noted(directory: Path, *arguments: str) -> str:
        calls.extend({"ls-tree", "log"} & set(arguments))
        return git_of(directory, *arguments)

    git_of = git_calls.git
    for module in (commit_tree, commit_log):
        monkeypatch.setattr(module, "git", noted)
    worktree.look(first := find(app))
    worktree.elsewhere(find(app))
    assert sources.describe(app, first.commit)["subject"] == first.subject
    assert sorted(calls) == ["log", "ls-tree"]

    commit(app, {"shop/other.py": "new = 1\n"})

    assert "shop/other.py" in worktree.look(second := find(app)).committed
    assert second.tree != first.tree
    assert sorted(calls) == ["log", "log", "ls-tree", "ls-tree"]


def test_text_of_a_commit_is_that_of_the_commit_each_time(app: Path) -> None:
    first = CommitTree(app, commit(app, {"shop/wsgi.py": "one"}))
    assert [first.text("shop/wsgi.py"), first.text("shop/wsgi.py")] == ["one", "one"]

    second = CommitTree(app, commit(app, {"shop/wsgi.py": "two"}))

    assert (first.text("shop/wsgi.py"), second.text("shop/wsgi.py")) == ("one", "two")
