"""A calendar that systemd can't read is refused by this machine, or else by the host before it changes."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.fakes import FakeConnection, config, failed, printed
from tests.unit.staging import Staging
from understudy.deploy import calendars
from understudy.errors import ConfigError
from understudy.job import Job
from understudy.local import systemd

REFUSED = "Failed to parse calendar specification '25:00': Invalid argument\n"


@pytest.fixture
def staging(tmp_path: Path) -> Staging:
    """With a deploy.yml of its own, which may be written."""
    return Staging(directory=tmp_path)


@pytest.fixture
def job(staging: Staging) -> Job:
    file = staging.job().project.config_file
    file.write_text('timers:\n  prune: {command: x, calendar: "25:00"}\n')
    timers = {"prune": {"command": ["x"], "calendar": "25:00"}}
    return replace(staging.job(), config=config(timers=timers))


def test_this_machine_is_asked_first(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systemd, "can_analyze", lambda: True)
    monkeypatch.setattr(systemd, "analyze", lambda words: ("", REFUSED))

    with pytest.raises(ConfigError) as caught:
        calendars.check(job)
    calendars.check_on_host(job, FakeConnection())

    assert "deploy.yml:2: timers.prune.calendar: must be a time" in caught.value.details


def test_host_is_asked_without_systemd_here(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systemd, "can_analyze", lambda: False)
    host = FakeConnection({"systemd-analyze calendar -- 25:00": failed("", REFUSED)})

    calendars.check(job)
    with pytest.raises(ConfigError, match="has 1 mistake"):
        calendars.check_on_host(job, host)


def test_date_that_never_comes_is_a_warning(
    job: Job, staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(systemd, "can_analyze", lambda: False)
    never = "  Original form: 25:00\nNormalized form: x\n    Next elapse: never\n"

    calendars.check_on_host(job, FakeConnection({"systemd-analyze": printed(never)}))

    assert staging.report.warnings == [
        "deploy.yml:2: timers.prune.calendar: 25:00 never comes again"
    ]


def test_site_without_timers_asks_no_one(staging: Staging) -> None:
    calendars.check_on_host(staging.job(), FakeConnection())
