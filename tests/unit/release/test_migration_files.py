"""Which migrations a commit has besides the live one, by git alone."""

from pathlib import Path

import pytest

from tests.unit.release.shipping import FILES, find
from tests.unit.repositories import commit
from understudy.release import migration_files

ENV = "migrations/env.py"
FIRST = {**FILES, ENV: "", "migrations/versions/0001_first.py": "a"}


@pytest.mark.parametrize(
    ("files", "changed"),
    [
        ({"shop/wsgi.py": "1"}, False),
        ({ENV: "changed"}, False),
        ({"migrations/versions/0002_next.py": ""}, True),
        ({"migrations/versions/0001_first.py": "b"}, True),
    ],
)
def test_alembics_own_files_are_no_migrations(
    files: dict[str, str], changed: bool, tmp_path: Path
) -> None:
    live = commit(tmp_path, FIRST)
    commit(tmp_path, files)

    assert migration_files.changed(find(tmp_path), live) is changed


def test_app_without_a_folder_of_versions_is_not_known(tmp_path: Path) -> None:
    live = commit(tmp_path, {**FILES, "sql/1.sql": ""})

    assert migration_files.changed(find(tmp_path), live) is None


def test_commit_that_git_does_not_have_is_not_known(tmp_path: Path) -> None:
    commit(tmp_path, FIRST)

    assert migration_files.changed(find(tmp_path), "c0ffee" * 6 + "c0ff") is None
