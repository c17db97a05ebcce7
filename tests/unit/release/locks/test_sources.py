"""Packages at a commit of a repository, or in the app's own."""

from pathlib import Path

import pytest

from tests.unit.repositories import commit
from understudy.errors import ConfigError
from understudy.release.commit_tree import CommitTree
from understudy.release.locks import sources

COMMIT = "a" * 40
PROJECT = '[project]\nname = "Shared-Lib"\n'


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> CommitTree:
    directory = tmp_path_factory.mktemp("app")
    files = {
        "libs/shared/pyproject.toml": PROJECT,
        "libs/old/setup.cfg": "[metadata]\nname = old-lib\n",
        "libs/bare/setup.py": "",
        "wheels/tiny_lib-1.0-py3-none-any.whl": "",
        "src/pyproject.toml": '[tool.poetry]\nname = "app"\n',
    }
    return CommitTree(directory, commit(directory, files))


def normal(line: str, tree: CommitTree) -> str:
    return sources.normal(line, tree, ("src", ""))


@pytest.mark.parametrize(
    ("line", "is_now"),
    [
        (f"tools @ git+https://x.test/tools@{COMMIT}", ""),
        (
            f"git+https://x.test/tools@{COMMIT}#egg=tools",
            f"tools @ git+https://x.test/tools@{COMMIT}",
        ),
        (
            f"-e git+https://x.test/t@{COMMIT}#subdirectory=a&egg=tools ; python_version > '3'",
            f"tools @ git+https://x.test/t@{COMMIT}#subdirectory=a ; python_version > '3'",
        ),
        ("django>=5 ; sys_platform == 'linux'", ""),
        ("django==5 --hash=sha256:aa", ""),
        ("--index-url https://x.test/simple", ""),
    ],
)
def test_git_url_with_its_commit_is_taken_in_each_style(
    line: str, is_now: str, tree: CommitTree
) -> None:
    assert normal(line, tree) == (is_now or line)


@pytest.mark.parametrize(
    ("line", "name", "path"),
    [
        ("./libs/shared", "Shared-Lib", "libs/shared"),
        ("-e ./libs/shared", "Shared-Lib", "libs/shared"),
        ("--editable=libs/shared/", "Shared-Lib", "libs/shared"),
        ("../libs/shared[web]", "Shared-Lib", "libs/shared"),
        ("shared @ file:./libs/shared", "shared", "libs/shared"),
        ("./libs/old", "old-lib", "libs/old"),
        ("named @ ./libs/bare", "named", "libs/bare"),
        (
            "./wheels/tiny_lib-1.0-py3-none-any.whl",
            "tiny-lib",
            "wheels/tiny_lib-1.0-py3-none-any.whl",
        ),
        ("-e .", "app", "src"),
    ],
)
def test_path_in_the_repository_is_named_with_what_it_holds(
    line: str, name: str, path: str, tree: CommitTree
) -> None:
    assert normal(f"{line} ; os_name == 'posix'", tree) == (
        f"{name} @ repository:{path}@{tree.object_id(path)} ; os_name == 'posix'"
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("tools @ git+https://x.test/tools@v1", "does not name a commit"),
        ("tools @ git+https://x.test/tools", "does not name a commit"),
        (f"git+https://x.test/tools@{COMMIT}", "does not name a commit"),
        (f"tools @ git+http://x.test/tools@{COMMIT}", "does not name a commit"),
        (f"tools @ git+https://me:pw12@x.test/tools@{COMMIT}", "a user or a password"),
        ("./libs/gone", "is not in commit"),
        ("../../outside", "is not in commit"),
        ("-e /home/ann/lib", "is not in commit"),
        ("./libs/bare", "name of the package in libs/bare is not known"),
    ],
)
def test_what_two_deploys_could_install_differently_is_refused(
    line: str, reason: str, tree: CommitTree
) -> None:
    with pytest.raises(ConfigError, match=reason) as raised:
        normal(line, tree)

    assert raised.value.hint
    assert "pw12" not in str(raised.value)


def test_other_content_is_another_lock(tmp_path: Path) -> None:
    one = CommitTree(tmp_path, commit(tmp_path, {"lib/pyproject.toml": PROJECT, "lib/a.py": "1"}))
    two = CommitTree(tmp_path, commit(tmp_path, {"lib/a.py": "2"}))

    assert sources.normal("./lib", one, ("",)) != sources.normal("./lib", two, ("",))
