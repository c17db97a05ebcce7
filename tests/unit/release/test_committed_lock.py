"""The lock file of a commit, from real repositories."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.repositories import commit, git
from understudy.errors import ConfigError
from understudy.release import committed_lock, lock_file
from understudy.release.commit_tree import CommitTree
from understudy.release.locks.wanted import Wanted

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


def read(repository: Path, prefix: str = "", *names: str, **wanted: Any) -> str:
    """The pins of the repository's newest commit, in the normal form."""
    tree = CommitTree(repository, git(repository, "rev-parse", "HEAD"))
    cache = repository / ".git" / "cache"
    text = committed_lock.read(tree, Wanted(prefix, names, **wanted), cache).text
    return "".join(line for line in text.splitlines(keepends=True) if line[0] != "#")


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

    lines = read(app).splitlines()

    assert [line.partition(" ")[0] for line in lines] == ["gunicorn==23.0.0", "pywin==1"]
    assert "win32" in lines[1]
    assert not ran.exists()


def test_requirements_with_hashes_come_before_uv_lock(tmp_path: Path) -> None:
    commit(tmp_path, {"pyproject.toml": PROJECT, "uv.lock": UV_LOCK, "requirements.txt": GUNICORN})

    assert read(tmp_path) == GUNICORN


def test_requirements_without_hashes_come_after_uv_lock(tmp_path: Path) -> None:
    files = {"pyproject.toml": PROJECT, "uv.lock": UV_LOCK, "requirements.txt": "gunicorn\n"}
    commit(tmp_path, files)

    assert "pywin==1" in read(tmp_path)


@pytest.mark.parametrize("name", ["uv.lock", "poetry.lock"])
def test_lock_without_its_project_is_reported(name: str, tmp_path: Path) -> None:
    commit(tmp_path, {f"app/{name}": UV_LOCK})

    with pytest.raises(ConfigError, match=r"is read with app/pyproject\.toml, which is not in"):
        read(tmp_path, "app")


def test_damaged_uv_lock_is_reported(tmp_path: Path) -> None:
    commit(tmp_path, {"pyproject.toml": PROJECT, "uv.lock": "version = 99\n"})

    with pytest.raises(ConfigError, match=r"uv\.lock can't be read") as raised:
        read(tmp_path)

    assert raised.value.details


@pytest.mark.parametrize("names", [(), ("requirements.txt",), ("../requirements.txt",)])
def test_lock_file_may_lie_above_the_apps_directory(names: tuple[str], tmp_path: Path) -> None:
    commit(tmp_path, {"requirements.txt": GUNICORN, "src/manage.py": ""})

    assert read(tmp_path, "src", *names) == GUNICORN


def test_several_files_are_one_lock(tmp_path: Path) -> None:
    commit(tmp_path, {"base.txt": DJANGO, "prod/web.txt": GUNICORN, "src/manage.py": ""})

    assert read(tmp_path, "src", "base.txt", "prod/web.txt") == DJANGO + GUNICORN


def test_only_requirements_files_can_be_several(tmp_path: Path) -> None:
    commit(tmp_path, {"base.txt": DJANGO, "uv.lock": UV_LOCK})

    with pytest.raises(ConfigError, match="only requirements files can be several"):
        read(tmp_path, "", "base.txt", "uv.lock")


def test_constraints_install_nothing(tmp_path: Path) -> None:
    commit(tmp_path, {"requirements.txt": f"-c all.txt\n{GUNICORN}", "all.txt": DJANGO})

    assert read(tmp_path) == GUNICORN


def test_export_is_made_once_for_the_same_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"pyproject.toml": PROJECT, "uv.lock": UV_LOCK}
    commit(tmp_path, files)
    first = read(tmp_path)
    monkeypatch.setattr("understudy.release.locks.uv_lock.lines", lambda *_: pytest.fail("again"))

    commit(tmp_path, {"more.py": ""})
    assert read(tmp_path) == first
    commit(tmp_path, {"uv.lock": f"{UV_LOCK}\n# another\n"})
    with pytest.raises(pytest.fail.Exception, match="again"):
        read(tmp_path)


def test_nearest_lock_file_counts(tmp_path: Path) -> None:
    commit(tmp_path, {"requirements.txt": GUNICORN + DJANGO, "src/requirements.txt": GUNICORN})

    assert read(tmp_path, "src") == GUNICORN


def test_commit_without_a_lock_is_reported_with_what_to_commit(tmp_path: Path) -> None:
    commit(tmp_path, {"src/manage.py": ""})

    with pytest.raises(ConfigError, match=r"has no lock file: .* in src or above it") as raised:
        read(tmp_path, "src")

    assert "Pipfile.lock" in raised.value.summary
    assert "requirements.txt" in raised.value.hint


def test_missing_file_that_deploy_yml_names_is_reported(tmp_path: Path) -> None:
    commit(tmp_path, {"src/uv.lock": UV_LOCK})

    with pytest.raises(ConfigError, match=r"src/poetry\.lock is not in commit"):
        read(tmp_path, "src", "poetry.lock")


WORKSPACE = {
    "pyproject.toml": """
[project]
name = "shop"
version = "0.1"
requires-python = ">=3.11"
dependencies = ["six"]
[project.optional-dependencies]
prod = ["gunicorn"]
[dependency-groups]
dev = ["tester"]
web = ["shared"]
[tool.uv.sources]
shared = { workspace = true }
[tool.uv.workspace]
members = ["libs/shared"]
""",
    "libs/shared/pyproject.toml": """
[project]
name = "shared"
version = "1"
dependencies = ["django"]
[build-system]
requires = ["uv_build"]
build-backend = "uv_build"
""",
    "libs/shared/shared/__init__.py": "",
    "uv.lock": """
version = 1
revision = 3
requires-python = ">=3.11"
[manifest]
members = ["shared", "shop"]

[[package]]
name = "shop"
version = "0.1"
source = { virtual = "." }
dependencies = [{ name = "six" }]
[package.optional-dependencies]
prod = [{ name = "gunicorn" }]
[package.dev-dependencies]
dev = [{ name = "tester" }]
web = [{ name = "shared" }]

[[package]]
name = "shared"
version = "1"
source = { editable = "libs/shared" }
dependencies = [{ name = "django" }]

"""
    + "".join(
        f"""
[[package]]
name = "{name}"
version = "1"
source = {{ registry = "https://{index}/simple" }}
wheels = [{{ url = "https://x.test/{name}-1-py3-none-any.whl", hash = "sha256:{"0" * 64}" }}]
"""
        for name, index in (
            ("six", "pypi.org"),
            ("gunicorn", "pypi.org"),
            ("django", "pypi.x.test"),
            ("tester", "pypi.org"),
        )
    ),
}


def names(text: str) -> list[str]:
    return [line.split("==")[0].split(" @")[0] for line in text.splitlines()]


def test_uv_lock_is_exported_with_the_extras_and_groups_of_deploy_yml(tmp_path: Path) -> None:
    commit(tmp_path, {**WORKSPACE, "src/manage.py": ""})

    assert names(read(tmp_path, "src", extras=("prod",)))[1:] == ["gunicorn", "six"]
    assert "tester" not in names(read(tmp_path, "src", groups=("web",)))


@pytest.mark.parametrize(
    ("pypi", "option"), [("pypi.org", "--extra-index-url"), ("pypi.x.test", "--index-url")]
)
def test_indexes_of_a_uv_lock_are_kept(pypi: str, option: str, tmp_path: Path) -> None:
    lock = WORKSPACE["uv.lock"].replace("https://pypi.org", f"https://{pypi}")
    commit(tmp_path, {**WORKSPACE, "uv.lock": lock})

    assert read(tmp_path).splitlines()[0] == f"{option} https://pypi.x.test/simple"


def test_member_of_a_workspace_is_a_path_of_the_repository(tmp_path: Path) -> None:
    commit(tmp_path, {f"app/{path}": text for path, text in WORKSPACE.items()})

    lines = read(tmp_path, "app", groups=("web",), extras=("prod",)).splitlines()

    [shared] = [line for line in lines if line.startswith("shared ")]
    assert shared.startswith("shared @ repository:app/libs/shared@")


def test_app_that_is_a_member_of_a_workspace_gets_its_own_packages(tmp_path: Path) -> None:
    commit(tmp_path, WORKSPACE)

    assert "django" in names(read(tmp_path, "libs/shared"))
    assert "six" not in names(read(tmp_path, "libs/shared"))


def test_unknown_extra_is_reported(tmp_path: Path) -> None:
    commit(tmp_path, WORKSPACE)

    with pytest.raises(ConfigError, match=r"uv\.lock can't be read") as raised:
        read(tmp_path, extras=("gone",))

    assert "app.extras" in raised.value.hint


def test_uv_lock_says_for_which_python_it_is(tmp_path: Path) -> None:
    commit(tmp_path, WORKSPACE)
    tree = CommitTree(tmp_path, git(tmp_path, "rev-parse", "HEAD"))

    lock = lock_file.parse(committed_lock.read(tree, Wanted(""), tmp_path / ".cache").text, "")

    assert (lock.origin, lock.python) == ("uv.lock", ">=3.11")
