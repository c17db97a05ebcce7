import pytest

from tests.unit.config.deploy_yml import TEXT, mistakes
from understudy.config import model as configuration
from understudy.config.model import Config


def parsed(more: str) -> Config:
    return configuration.parse(TEXT + more)


def mistake_in(more: str) -> str:
    return "\n".join(mistakes(TEXT + more))


PRUNE = 'timers: {prune: {command: python manage.py prune, calendar: "*-*-* 03:10"}}\n'


class TestTimer:
    def test_has_defaults(self) -> None:
        prune = parsed(PRUNE).timers["prune"]
        assert prune.calendar == "*-*-* 03:10"
        assert (prune.timeout, prune.jitter, prune.on_failure) == (3600, 0, None)

    @pytest.mark.parametrize("calendar", ["daily; reboot", "", "50%"])
    def test_has_a_calendar_that_can_not_leave_its_line(self, calendar: str) -> None:
        text = f'timers: {{prune: {{command: prune, calendar: "{calendar}"}}}}\n'
        assert "timers.prune.calendar: must be a time of systemd" in mistake_in(text)

    def test_has_no_name_of_a_process(self) -> None:
        text = "processes: {prune: {command: prune}}\n" + PRUNE
        assert "timers.prune: a process has this name" in mistake_in(text)
