"""Locks that other tools have written, read with those tools."""

from pathlib import Path

import pytest

from tests.unit.repositories import commit, git
from understudy.errors import ConfigError, StepFailed
from understudy.release import committed_lock, lock_file
from understudy.release.commit_tree import CommitTree
from understudy.release.lock_file import LockFile
from understudy.release.locks import compiled, unlocked
from understudy.release.locks.wanted import Wanted

PROJECT = """
[tool.poetry]
package-mode = false
[tool.poetry.dependencies]
python = "^3.11"
six = "*"
shared = {path = "libs/shared"}
[tool.poetry.group.web]
optional = true
[tool.poetry.group.web.dependencies]
gunicorn = "*"
"""
POETRY_LOCK = f"""
[[package]]
name = "gunicorn"
version = "27.0.1"
description = ""
optional = false
python-versions = ">=3.10"
groups = ["web"]
files = [{{file = "gunicorn-27.0.1-py3-none-any.whl", hash = "sha256:{"a" * 64}"}}]

[[package]]
name = "shared"
version = "1.0"
description = ""
optional = false
python-versions = "*"
groups = ["main"]
files = []
develop = false
[package.source]
type = "directory"
url = "libs/shared"

[[package]]
name = "six"
version = "1.17.0"
description = ""
optional = false
python-versions = "*"
groups = ["main"]
markers = "python_full_version < '3.11.5'"
files = [{{file = "six-1.17.0-py2.py3-none-any.whl", hash = "sha256:{"b" * 64}"}}]

[metadata]
lock-version = "2.1"
python-versions = "^3.11"
content-hash = "%s"
"""
# Poetry's digest of the parts of PROJECT that decide what is locked.
CONTENT_HASH = "cc6fb6c9143e27d63c0707cf90028132f4b771fb32685013dc85fdf0e72e2b41"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    files = {
        "pyproject.toml": PROJECT,
        "poetry.lock": POETRY_LOCK % CONTENT_HASH,
        "libs/shared/pyproject.toml": '[project]\nname = "shared"\nversion = "1.0"\n',
        "src/manage.py": "",
    }
    commit(tmp_path / "app", files)
    return tmp_path / "app"


def tree(app: Path) -> CommitTree:
    return CommitTree(app, git(app, "rev-parse", "HEAD"))


def read(app: Path, *groups: str) -> LockFile:
    wanted = Wanted("src", groups=groups)
    return lock_file.parse(committed_lock.read(tree(app), wanted, app / "cache").text, "")


def test_poetry_lock_is_exported_by_poetry_with_the_groups_of_deploy_yml(app: Path) -> None:
    lock = read(app, "web")

    assert (lock.origin, lock.python) == ("poetry.lock", "<4,>=3.11")
    gunicorn, six, shared = (lock.pin(name) for name in ("gunicorn", "six", "shared"))
    assert gunicorn
    assert gunicorn.hashes == (f"sha256:{'a' * 64}",)
    assert six
    assert "3.11.5" in six.marker
    assert shared
    assert shared.source.startswith("repository:libs/shared@")


def test_poetry_lock_that_is_older_than_its_project_is_reported(app: Path) -> None:
    commit(app, {"pyproject.toml": PROJECT.replace("six", "seven")})

    with pytest.raises(ConfigError, match=r"poetry\.lock can't be read") as raised:
        read(app)

    assert "poetry.lock" in raised.value.details
    assert "poetry check --lock" in raised.value.hint


def test_requirements_without_hashes_are_locked_for_the_hosts_python(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "-r more/base.txt\n-c more/old.txt\n./libs/shared\n",
        "more/base.txt": "Django>=5\n",
        "more/old.txt": "sqlparse<0.5.2\n",
        "libs/shared/pyproject.toml": '[project]\nname = "shared"\nversion = "1"\ndependencies = ["six"]\n',
    }
    commit(tmp_path, files)
    with pytest.raises(unlocked.NotLocked) as raised:
        read(tmp_path)

    text = compiled.compile_lock(tree(tmp_path), raised.value.requirements, "3.11.2", "")

    (tmp_path / "requirements.lock").write_text(text)
    lock = read(tmp_path)
    assert (lock.origin, lock.python) == ("requirements.lock", ">=3.11.2")
    names = {pin.name for pin in lock_file.for_host(lock, "3.11.2", "x86_64").pins}
    assert names == {"asgiref", "django", "gunicorn", "shared", "six", "sqlparse"}
    sqlparse = lock.pin("sqlparse")
    assert sqlparse
    assert sqlparse.version == "0.5.1"
    commit(tmp_path, {"more/old.txt": ""})
    with pytest.raises(unlocked.NotLocked):
        read(tmp_path)


def test_requirements_that_fit_no_versions_are_reported_with_uvs_words(tmp_path: Path) -> None:
    commit(tmp_path, {"requirements.txt": "six>1000\n"})
    with pytest.raises(unlocked.NotLocked) as missing:
        read(tmp_path)

    with pytest.raises(StepFailed, match=r"requirements\.txt and Python 3\.11\.2") as raised:
        compiled.compile_lock(tree(tmp_path), missing.value.requirements, "3.11.2", "")

    assert "six>1000" in raised.value.details
