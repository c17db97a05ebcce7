"""init locks requirements without hashes: then the next commit has all that a rehearsal needs."""

from pathlib import Path

import pytest

from tests.unit.fakes import FakeReport
from tests.unit.project.apps import django
from tests.unit.repositories import commit, write
from understudy.config import model
from understudy.errors import Unreachable
from understudy.project import init
from understudy.release import source as sources
from understudy.release.git import git
from understudy.release.locks import compiled

LOOSE = {**django(), "requirements.txt": "django>=5.2\n-r more.txt\n", "more.txt": "pillow\n"}
del LOOSE["uv.lock"]


def made(directory: Path) -> FakeReport:
    report = FakeReport()
    init.init(directory, report, None)
    return report


@pytest.mark.parametrize("folder", ["", "backend"])
@pytest.mark.parametrize("committed", [True, False], ids=["committed", "before the first commit"])
def test_one_commit_after_init_has_the_lock_that_a_rehearsal_wants(
    committed: bool, folder: str, tmp_path: Path
) -> None:
    files = {f"{folder}/{path}".lstrip("/"): text for path, text in LOOSE.items()}
    if committed:
        commit(tmp_path, files)
    else:
        git(tmp_path, "init", "-q", "-b", "main")
        write(tmp_path, files)

    report = made(tmp_path)

    lock = f"{folder}/requirements.lock".lstrip("/")
    assert f"written: {lock}" in report.said
    commit(tmp_path, {})
    app = model.load(tmp_path / "deploy.yml").app
    found = sources.resolve_source(app, tmp_path, tmp_path / "cache")
    assert (found.uncommitted_lock, "django==5.2" in found.lock) == ("", True)


@pytest.mark.parametrize(
    ("more", "python"),
    [
        ({}, "3.11"),
        ({".python-version": "3.13\n"}, "3.13"),
        ({"pyproject.toml": '[project]\nrequires-python = ">=3.12"\n'}, "3.13"),
    ],
    ids=["any Debian", "named", "the only one that fits"],
)
def test_lock_is_for_the_lowest_python_that_a_host_may_have(
    more: dict[str, str], python: str, pythons: list[str], tmp_path: Path
) -> None:
    commit(tmp_path, {**LOOSE, **more})

    made(tmp_path)

    assert pythons == [python]


@pytest.mark.parametrize(
    "more",
    [
        {"uv.lock": django()["uv.lock"]},
        {"requirements.txt": f"django==5.2 --hash=sha256:{'a' * 64}\n"},
    ],
    ids=["of uv", "with hashes"],
)
def test_app_with_a_lock_gets_no_other(
    more: dict[str, str], pythons: list[str], tmp_path: Path
) -> None:
    commit(tmp_path, {**LOOSE, **more})

    report = made(tmp_path)

    assert pythons == []
    assert not (tmp_path / "requirements.lock").exists()
    assert report.said[-1].startswith("next: commit these files")


def test_without_network_init_says_so_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compile_lock(*_: object) -> str:
        raise Unreachable("the package index https://pypi.org can't be reached")

    monkeypatch.setattr(compiled, "compile_lock", compile_lock)
    commit(tmp_path, LOOSE)

    report = made(tmp_path)

    warning = report.warnings[-1]
    assert "no requirements.lock yet; the first deploy or rehearsal makes it" in warning
    assert "https://pypi.org can't be reached" in warning
    assert (tmp_path / "deploy.yml").exists()
    assert report.said[-1].startswith("next: commit these files")


def test_package_in_the_repository_is_not_built(pythons: list[str], tmp_path: Path) -> None:
    """init runs nothing that is in the repository."""
    project = '[project]\nname = "tools"\nversion = "1"\n'
    files = {"requirements.txt": "django\n./libs/tools\n", "libs/tools/pyproject.toml": project}
    commit(tmp_path, {**LOOSE, **files})

    report = made(tmp_path)

    assert pythons == []
    assert "a package in the repository has to be built" in report.warnings[-1]


def test_lock_that_the_repository_ignores_is_added_by_force(tmp_path: Path) -> None:
    commit(tmp_path, {**LOOSE, ".gitignore": "*.lock\n"})

    assert "git add --force requirements.lock" in made(tmp_path).said[-1]
