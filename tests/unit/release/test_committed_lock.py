"""The lock file of a commit, from real repositories."""

from pathlib import Path

import pytest

from tests.unit.repositories import commit, git
from understudy.errors import ConfigError
from understudy.release import committed_lock

GUNICORN = "gunicorn==23.0.0 --hash=sha256:aa\n"
DJANGO = "django==5.2 --hash=sha256:bb\n"
PROJECT = """
[project]
name = "app"
dynamic = ["version"]
requires-python = ">=3.11"
dependencies = ["gunicorn==23.0.0", "pywin==1; sys_platform == 'win32'"]
[build-system]
requires = ["setuptools"]
"""
UV_LOCK = """
version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "app"
source = { editable = "." }
dependencies = [{ name = "gunicorn" }, { name = "pywin", marker = "sys_platform == 'win32'" }]

[package.dev-dependencies]
dev = [{ name = "tester" }]

[[package]]
name = "gunicorn"
version = "23.0.0"
source = { registry = "https://pypi.org/simple" }
wheels = [{ url = "https://x.test/gunicorn-23.0.0-py3-none-any.whl", hash = "sha256:a…" }]

[[package]]
name = "pywin"
version = "1"
source = { registry = "https://pypi.org/simple" }
wheels = [{ url = "https://x.test/pywin-1-py3-none-any.whl", hash = "sha256:b…" }]

[[package]]
name = "tester"
version = "1"
source = { registry = "https://pypi.org/simple" }
wheels = [{ url = "https://x.test/tester-1-py3-none-any.whl", hash = "sha256:c…" }]
""".replace("…", "0" * 63)


def read(repository: Path, prefix: str = "", name: str = "requirements.txt") -> str:
    return committed_lock.read(repository, git(repository, "rev-parse", "HEAD"), prefix, name)


def test_included_files_are_part_of_the_lock(tmp_path: Path) -> None:
    files = {
        "app/requirements.txt": f"-r locks/base.txt  # all\n{GUNICORN}",
        "app/locks/base.txt": f"--requirement=more.txt\n{DJANGO}",
        "app/locks/more.txt": "six==1 --hash=sha256:cc",
    }
    commit(tmp_path, files)

    assert read(tmp_path, "app") == f"six==1 --hash=sha256:cc\n{DJANGO}{GUNICORN}"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("-r gone.txt", "not in commit"),
        ("-r ../../etc/passwd", "not in commit"),
        ("-r requirements.txt", "includes itself"),
    ],
)
def test_include_of_a_missing_file_is_reported(line: str, reason: str, tmp_path: Path) -> None:
    commit(tmp_path, {"requirements.txt": f"{line}\n{GUNICORN}"})

    with pytest.raises(ConfigError, match=reason) as raised:
        read(tmp_path)

    assert raised.value.hint


def test_included_file_is_checked_too(tmp_path: Path) -> None:
    files = {"requirements.txt": f"-r base.txt\n{GUNICORN}", "base.txt": "--no-binary :all:\n"}
    commit(tmp_path, files)

    with pytest.raises(ConfigError, match="options"):
        read(tmp_path)


def test_uv_lock_is_read_if_it_is_the_only_one_and_runs_nothing_of_the_project(
    tmp_path: Path,
) -> None:
    ran = tmp_path / "ran"
    setup = f"open({str(ran)!r}, 'w')\nfrom setuptools import setup; setup(version='1')\n"
    app = tmp_path / "app"
    commit(app, {"pyproject.toml": PROJECT, "uv.lock": UV_LOCK, "setup.py": setup})

    lines = read(app).replace("\\\n", "").splitlines()

    assert [line.partition(" ")[0] for line in lines] == ["gunicorn==23.0.0", "pywin==1"]
    assert "win32" in lines[1]
    assert not ran.exists()


def test_named_file_comes_before_uv_lock(tmp_path: Path) -> None:
    commit(tmp_path, {"pyproject.toml": PROJECT, "uv.lock": UV_LOCK, "requirements.txt": GUNICORN})

    assert read(tmp_path) == GUNICORN


def test_damaged_uv_lock_is_reported(tmp_path: Path) -> None:
    commit(tmp_path, {"pyproject.toml": PROJECT, "uv.lock": "version = 99\n"})

    with pytest.raises(ConfigError, match=r"uv\.lock can't be read") as raised:
        read(tmp_path)

    assert raised.value.details


@pytest.mark.parametrize("name", ["requirements.txt", "../requirements.txt"])
def test_lock_file_may_lie_above_the_apps_directory(name: str, tmp_path: Path) -> None:
    commit(tmp_path, {"requirements.txt": GUNICORN, "src/manage.py": ""})

    assert read(tmp_path, "src", name) == GUNICORN


def test_nearest_lock_file_counts(tmp_path: Path) -> None:
    commit(tmp_path, {"requirements.txt": GUNICORN + DJANGO, "src/requirements.txt": GUNICORN})

    assert read(tmp_path, "src") == GUNICORN


def test_commit_without_a_lock_is_reported_with_what_makes_one(tmp_path: Path) -> None:
    commit(tmp_path, {"src/manage.py": ""})

    with pytest.raises(ConfigError, match=r"src/requirements\.txt is not in commit") as raised:
        read(tmp_path, "src")

    assert "uv pip compile" in raised.value.hint
