"""Tests get the password of a site with basic_auth: the one that is kept here, or the environment's."""

from pathlib import Path

import pytest

from tests.unit.fakes import FakeReport, config
from understudy.errors import ConfigError
from understudy.host import kept_secrets
from understudy.job import Job
from understudy.paths import Project
from understudy.rehearsal import site_login


def job(directory: Path, **target: bool) -> Job:
    project = Project(directory, directory / "deploy.yml")
    return Job(project, config(target={"disposable": True, **target}), "staging", FakeReport())


def test_kept_password_is_given_and_no_other_secret(tmp_path: Path) -> None:
    closed = job(tmp_path, basic_auth=True)
    for name in ("API_TOKEN", "BASIC_AUTH_ANNA"):
        kept_secrets.keep(closed, name, "s3cret")

    assert site_login.variables(closed) == {"BASIC_AUTH_ANNA": "s3cret"}
    assert site_login.variables(job(tmp_path)) == {}


def test_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = job(tmp_path, basic_auth=True)
    kept_secrets.keep(closed, "BASIC_AUTH_ANNA", "old")
    monkeypatch.setenv("BASIC_AUTH_ANNA", "new")

    assert site_login.variables(closed) == {"BASIC_AUTH_ANNA": "new"}


def test_without_a_password_no_test_begins(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no password for it is known here"):
        site_login.variables(job(tmp_path, basic_auth=True))
