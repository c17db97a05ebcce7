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
    assert moments.to_come(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "soon", "25:00", "2026-11-27T17:59", "2026-02-30T10:00"])
def test_no_moment_to_come_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        moments.to_come(text, NOW)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90s", "2026-11-27T16:58:30"),
        ("30min", "2026-11-27T16:30:00"),
        ("2h", "2026-11-27T15:00:00"),
        ("3d", "2026-11-24T17:00:00"),
        ("16:00", "2026-11-27T15:00:00"),
        ("18:00", "2026-11-27T17:00:00"),
        ("20:30", "2026-11-26T19:30:00"),
        ("2026-11-27T16:00", "2026-11-27T15:00:00"),
        ("2026-11-27T16:00+02:00", "2026-11-27T14:00:00"),
        ("2026-11-01", "2026-10-31T23:00:00"),
    ],
)
def test_how_far_back_is_a_time_before_now(text: str, moment: str) -> None:
    assert moments.past(text, NOW) == datetime.fromisoformat(f"{moment}+00:00")


@pytest.mark.parametrize("text", ["", "1 hour", "yesterday", "-1h", "25:00"])
def test_other_texts_are_no_time(text: str) -> None:
    with pytest.raises(ValueError):
        moments.past(text, NOW)
