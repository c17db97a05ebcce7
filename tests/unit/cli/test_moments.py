"""Times as users type them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from understudy.cli import moments

NOW = datetime(2026, 11, 27, 18, 0, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("18:30", datetime(2026, 11, 27, 17, 30, tzinfo=UTC)),
        ("18:00", datetime(2026, 11, 28, 17, 0, tzinfo=UTC)),
        ("02:15", datetime(2026, 11, 28, 1, 15, tzinfo=UTC)),
        ("2026-12-24T14:30", datetime(2026, 12, 24, 13, 30, tzinfo=UTC)),
        ("2026-12-24 14:30Z", datetime(2026, 12, 24, 14, 30, tzinfo=UTC)),
    ],
)
def test_moment_is_that_of_the_users_clock(text: str, moment: datetime) -> None:
    assert moments.parse(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "soon", "25:00", "2026-11-27T17:59", "2026-02-30T10:00"])
def test_no_moment_to_come_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        moments.parse(text, NOW)
