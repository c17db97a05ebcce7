"""The state of a source changes with all that a deploy reads of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.repositories import commit, git, write
from understudy.errors import ConfigError
from understudy.release import source_state


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    commit(tmp_path / "app", {"shop/manage.py": "", "shop/x.py": "", ".gitignore": "*.log\n"})
    return tmp_path / "app"


@pytest.mark.parametrize(
    "change",
    [
        lambda app: commit(app, {"shop/x.py": "changed"}),
        lambda app: commit(app, {"elsewhere.py": ""}),
        lambda app: git(app, "commit", "--allow-empty", "--message=the same files"),
        lambda app: write(app, {"shop/x.py": "changed"}),
        lambda app: write(app, {"shop/new.py": ""}),
        lambda app: write(app, {"shop/.gitignore": "x.py\n"}),
        lambda app: (app / "shop" / "x.py").unlink(),
    ],
)
def test_change_is_noticed(change: Callable[[Path], object], repository: Path) -> None:
    before = source_state.state(str(repository / "shop"), "HEAD")
    assert source_state.state(str(repository / "shop"), "HEAD") == before

    change(repository)

    assert source_state.state(str(repository / "shop"), "HEAD") != before


def test_file_that_git_ignores_does_not_count(repository: Path) -> None:
    """Understudy's own reports are such files where the app is the project's folder."""
    before = source_state.state(str(repository / "shop"), "HEAD")

    write(repository, {"shop/new.log": "", "shop/reports/latest.log": ""})

    assert source_state.state(str(repository / "shop"), "HEAD") == before


def test_branch_that_moves_is_noticed_and_another_branch_is_not(repository: Path) -> None:
    git(repository, "branch", "live")
    live, head = (source_state.state(str(repository), name) for name in ("live", "HEAD"))

    commit(repository, {"more.py": ""})

    assert source_state.state(str(repository), "live") == live
    assert source_state.state(str(repository), "HEAD") != head


def test_link_that_leads_to_another_repository_is_noticed(repository: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    git(tmp_path, "clone", "--quiet", str(repository), str(other))
    (tmp_path / "link").symlink_to(repository)
    before = source_state.state(str(tmp_path / "link"), "HEAD")

    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to(other)

    assert source_state.state(str(tmp_path / "link"), "HEAD") != before


def test_revision_that_is_gone_is_an_error(repository: Path) -> None:
    with pytest.raises(ConfigError):
        source_state.state(str(repository), "gone")


@pytest.mark.parametrize(
    ("source", "is_url"),
    [
        ("https://example.com/shop.git", True),
        ("git@example.com:shop.git", True),
        ("../shop", False),
        (".", False),
    ],
)
def test_url_is_recognised(source: str, is_url: bool) -> None:
    assert source_state.is_url(source) is is_url
