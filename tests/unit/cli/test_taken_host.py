"""Verbs for which any host with the app will do: which one is taken is said, and all are listed."""

import argparse
from pathlib import Path

import pytest

from tests.unit.config.test_topology import config
from tests.unit.fakes import FakeReport
from understudy.cli.verbs import context, data
from understudy.deploy import restore
from understudy.errors import ConfigError
from understudy.host import backups, off_host
from understudy.paths import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, tmp_path / "deploy.yml")


@pytest.fixture(autouse=True)
def several_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("understudy.vm.address.load", lambda project: config())


def options(verb: str, **given: str | None) -> argparse.Namespace:
    return argparse.Namespace(verb=verb, target="production", **{"host": None, **given})


@pytest.mark.parametrize("verb", ["run", "console", "backup"])
def test_taken_host_is_said(verb: str, project: Project) -> None:
    report = FakeReport()

    job = context.one_host_of(options(verb), project, report)

    assert job.target.address == "b.example"
    assert report.warnings == [f"without --host: {verb} on b.example"]
    assert report.said == [], "it is not among what a program prints"


def test_host_that_was_chosen_is_not_said(project: Project) -> None:
    report = FakeReport()

    job = context.one_host_of(options("run", host="c.example"), project, report)

    assert (job.target.address, report.warnings) == ("c.example", [])


def test_backups_of_all_hosts_with_the_app_are_listed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(backups, "backups", lambda job: asked.append(job.target.address))

    data.restore(options("restore", name=None), project, FakeReport())

    assert sorted(asked) == ["a.example", "b.example", "c.example"]


def test_off_host_backup_is_restored_by_the_host_that_makes_them(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[tuple[str, str | None]] = []
    monkeypatch.setattr(off_host, "check", lambda job, _: done.append(("check", job.address)))
    monkeypatch.setattr(off_host, "fetch", lambda job, _: done.append(("fetch", job.address)))
    monkeypatch.setattr(restore, "restore", lambda job, *_: done.append(("restore", job.address)))
    given = {"name": "20240101T000000Z-x", "off_host": True, "yes": True, "wait": 0}

    data.restore(argparse.Namespace(**{**vars(options("restore")), **given}), project, FakeReport())

    assert done == [(step, "b.example") for step in ("check", "fetch", "restore")]


def test_restore_of_a_backup_asks_which_hosts_it_is(project: Project) -> None:
    with pytest.raises(ConfigError, match="works on one"):
        data.restore(
            options("restore", name="20240101T000000Z-x", off_host=None), project, FakeReport()
        )
