import pytest

from tests.unit.config.deploy_yml import TEXT, lines
from understudy.config import calendars
from understudy.config import model as configuration
from understudy.errors import ConfigError

# As systemd 252 answers.
ERRORS = """\
Failed to parse calendar specification '25:00': Invalid argument
Failed to parse calendar specification '5m': Invalid argument
Hint: this expression is a valid timespan. Use 'systemd-analyze timespan "5m"' instead?
Failed to parse calendar specification '*/5 * * * *': Invalid argument
"""
OUTPUT = """\
  Original form: daily
Normalized form: *-*-* 00:00:00
    Next elapse: Sat 2026-11-28 00:00:00 UTC
       From now: 2h 3min left

  Original form: 2026-02-30
Normalized form: 2026-02-30 00:00:00
    Next elapse: never
"""


def text_with(*given: str) -> str:
    lines = [f'  t{number}: {{command: x, calendar: "{one}"}}' for number, one in enumerate(given)]
    return TEXT + "\n".join(("timers:", *lines, ""))


def refused(*given: str, errors: str = ERRORS) -> str:
    text = text_with(*given)
    places = configuration.parse(text).calendars
    with pytest.raises(ConfigError) as caught:
        calendars.refuse(text, "deploy.yml", places, errors)
    return "\n".join(lines(caught.value.details))


class TestRefuse:
    def test_names_the_line_the_key_and_what_is_right(self) -> None:
        line = (
            text_with("daily", "25:00").splitlines().index('  t1: {command: x, calendar: "25:00"}')
        )
        assert refused("daily", "25:00") == (
            f"deploy.yml:{line + 1}: timers.t1.calendar: must be a time of systemd, for example daily, "
            "Mon *-*-* 03:10 or *:0/15 (got '25:00'; systemd: Invalid argument)"
        )

    def test_names_each_timer_with_that_calendar(self) -> None:
        assert len(refused("25:00", "daily", "25:00").splitlines()) == 2

    def test_knows_what_others_write(self) -> None:
        assert "cron's fields; systemd has [WEEKDAYS] YEAR-MONTH-DAY" in refused("*/5 * * * *")
        assert "such as *:0/5 for every five minutes" in refused("5m")

    def test_accepts_what_systemd_reads(self) -> None:
        text = text_with("daily")
        calendars.refuse(text, "deploy.yml", configuration.parse(text).calendars, "")

    def test_names_that_of_backups(self) -> None:
        text = f'{TEXT}backups: {{to: /mnt/disk, at: "25:00"}}\n'
        with pytest.raises(ConfigError) as caught:
            calendars.refuse(text, "deploy.yml", configuration.parse(text).calendars, ERRORS)

        assert "backups.at: must be a time of systemd" in caught.value.details


class TestNever:
    @pytest.mark.parametrize(
        ("given", "found"), [("2026-02-30", ["timers.t0.calendar"]), ("daily", [])]
    )
    def test_names_those_that_will_not_come(self, given: str, found: list[str]) -> None:
        places = configuration.parse(text_with(given)).calendars
        assert list(calendars.never(places, OUTPUT)) == found
