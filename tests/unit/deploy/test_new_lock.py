"""Requirements without hashes are locked for the host's Python, and the lock is to be committed."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import TOP
from tests.unit.locked_pythons import instead_of_uv
from tests.unit.repositories import commit
from tests.unit.staging import Staging
from understudy.deploy import commits
from understudy.errors import ConfigError, Refused
from understudy.job import Job


@pytest.fixture
def app(staging: Staging, tmp_path: Path) -> Path:
    for name in ("templates", "provision"):
        (tmp_path / name).symlink_to(TOP / name)
    staging.directory = tmp_path
    commit(staging.directory / "app", {"requirements.txt": "django\n", "shop/wsgi.py": ""})
    return staging.directory / "app"


@pytest.fixture(autouse=True)
def pythons(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The Pythons that were locked for, in place of uv."""
    return instead_of_uv(monkeypatch)


def job(staging: Staging, app: dict[str, Any] | None = None, **target: Any) -> Job:
    staging.host()
    return staging.job(app, **target)


def test_lock_is_written_once_for_the_hosts_exact_python(
    staging: Staging, app: Path, pythons: list[str]
) -> None:
    disposable = job(staging, disposable=True)

    source = commits.resolve(disposable)
    again = commits.resolve(disposable)

    assert pythons == ["3.11.2"]
    assert source == again
    assert "django==5.2" in source.lock
    assert "# requires-python: >=3.11.2" in (app / "requirements.lock").read_text()
    [warning] = set(staging.report.warnings)
    assert "requirements.lock is not committed" in warning, "and it is deployed all the same"


def test_lock_that_is_not_committed_is_written_and_refused_for_a_target_that_is_not_disposable(
    staging: Staging, app: Path
) -> None:
    with pytest.raises(Refused, match=r"requirements\.lock is not committed") as raised:
        commits.resolve(job(staging))

    assert "add requirements.lock, and commit it" in raised.value.hint
    assert (app / "requirements.lock").exists()


def test_plan_makes_the_lock_and_writes_nothing(
    staging: Staging, app: Path, pythons: list[str]
) -> None:
    commit(app, {"manage.py": ""})
    before = sorted(app.rglob("*"))

    source = commits.planned(job(staging, disposable=True))

    assert "django==5.2" in source.lock
    assert sorted(app.rglob("*")) == before
    assert any("a deploy would write it to" in line for line in staging.report.said)


def test_plan_for_a_target_that_is_not_disposable_ends_as_a_deploy_would(
    staging: Staging, app: Path, pythons: list[str]
) -> None:
    commit(app, {"manage.py": ""})

    with pytest.raises(Refused, match="has no hashes") as raised:
        commits.planned(job(staging))

    assert "requirements.lock and end" in raised.value.hint
    assert pythons == []
    assert not (app / "requirements.lock").exists()


def test_committed_lock_is_deployed_everywhere(staging: Staging, app: Path) -> None:
    with pytest.raises(Refused):
        commits.resolve(job(staging))
    commit(app, {})

    assert commits.resolve(job(staging)).uncommitted_lock == ""


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"requirements.txt": "tools @ git+https://x.test/tools@v1\n"}, "does not name a commit"),
        ({"requirements.txt": "a==1 --hash=sha256:aa\nb==1\n"}, "not locked with hashes"),
        ({"requirements.txt": "-r gone.txt\n"}, "includes gone.txt"),
        ({"Pipfile.lock": "{}", "requirements.txt": "a"}, "Pipfile.lock has no category"),
    ],
)
def test_lock_that_no_host_can_have_is_refused_by_git_alone(
    files: dict[str, str], reason: str, staging: Staging, app: Path
) -> None:
    commit(app, {**files, "manage.py": ""})

    with pytest.raises(ConfigError, match=reason):
        commits.check(staging.job(disposable=True))


def test_requirements_that_are_still_to_be_locked_need_no_host_yet(
    staging: Staging, app: Path, pythons: list[str]
) -> None:
    commit(app, {"manage.py": ""})

    assert commits.check(staging.job(disposable=True)).lock == ""
    assert pythons == []


def test_copy_of_a_git_url_comes_with_the_command_for_the_hosts_python(
    staging: Staging, app: Path
) -> None:
    with pytest.raises(ConfigError, match="has no hashes") as raised:
        commits.resolve(job(staging, {"source": f"file://{app}"}, disposable=True))

    assert "--python-version 3.11.2 requirements.txt -o requirements.lock" in raised.value.hint
