"""Times of cron as systemd has them; systemd reads them in tests/programs."""

import shutil
import subprocess

import pytest

from understudy.project import cron

TIMES = {
    "10 3 * * *": "*-*-* 03:10",
    "*/15 * * * *": "*-*-* *:0/15",
    "0 */6 1,15 * *": "*-*-01,15 0/6:00",
    "5 9-17/2 * * 1-5": "Mon..Fri *-*-* 09..17/2:05",
    "0 0 * jan,7 0": "Sun *-01,07-* 00:00",
    "0 0 * * sun": "Sun *-*-* 00:00",
    "0 0 * * 0-4": "Sun,Mon..Thu *-*-* 00:00",
    "0 0 * * 6,7": "Sat,Sun *-*-* 00:00",
    "@daily": "daily",
    "@midnight": "daily",
}


@pytest.mark.parametrize(("time", "calendar"), TIMES.items())
def test_time_of_cron_has_its_like(time: str, calendar: str) -> None:
    assert cron.calendar(time) == calendar


@pytest.mark.parametrize(
    "time", ["@reboot", "0 0 1 * 1", "0 0 * * */2", "0 0 * * 8", "* * * *", "0 0 L * *", ""]
)
def test_time_without_its_like_is_none(time: str) -> None:
    assert cron.calendar(time) is None


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_reads_each_of_them() -> None:
    command = ["systemd-analyze", "calendar", *TIMES.values()]

    assert subprocess.run(command, capture_output=True).returncode == 0
