"""Each timer of deploy.yml is scheduled, and its last run has not failed."""

from collections.abc import Mapping

import pytest

from understudy.config.app import App
from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.host import timers
from understudy.host.timers import ObservedTimer
from understudy.testing.host_questions import Answer

Answers = Mapping[str, Answer]
pytestmark = pytest.mark.role("web", "worker")


@pytest.fixture
def observed(answers: Answers, settings: Config) -> Mapping[str, ObservedTimer]:
    if not settings.timers:
        pytest.skip("deploy.yml has no timers")
    pairs = (line.partition(":") for line in answers["records of timers"].lines)
    records = {name: f"{record}\n" for name, _, record in pairs}
    live = answers["live timers"].text
    found = timers.observed(answers["timers"].text.split("\n"), records, live)
    return {timer.name: timer for timer in found}


def test_each_timer_is_scheduled(
    answers: Answers, observed: Mapping[str, ObservedTimer], settings: Config, app: App
) -> None:
    assert set(observed) >= set(settings.timers), "a deploy installs what is missing"
    for name in settings.timers:
        timer, unit = observed[name], f"{app.name}-{name}.timer"
        assert timer.active, f"systemctl start {unit}"
        assert f"{name}.timer" in answers["enabled timers"].lines, f"systemctl enable {unit}"
        assert timer.next or timer.running, f"{settings.timers[name].calendar} never comes again"


def test_last_run_of_each_timer_has_not_failed(
    answers: Answers, observed: Mapping[str, ObservedTimer], app: App
) -> None:
    failed = [timer for timer in observed.values() if timer.last and timer.last.failed]
    lines = [timers.describe(app.name, timer) for timer in failed]
    assert not failed, "\n".join([*lines, answers["journals of failed timers"].text])


def test_off_host_backups_are_scheduled(
    answers: Answers, settings: Config, target: TargetConfig
) -> None:
    if not settings.backups_of(target):
        pytest.skip("the host makes no backups that go elsewhere")
    assert answers["off-host timer"].lines == ["active", "enabled"]
