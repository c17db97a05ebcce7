"""How far back a user wants to look."""

from datetime import UTC, datetime

import pytest

from understudy.cli import since

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90s", "2026-11-28T11:58:30"),
        ("30min", "2026-11-28T11:30:00"),
        ("2h", "2026-11-28T10:00:00"),
        ("3d", "2026-11-25T12:00:00"),
        ("10:00", "2026-11-28T10:00:00"),
        ("14:30", "2026-11-27T14:30:00"),
        ("2026-11-28T10:00", "2026-11-28T10:00:00"),
        ("2026-11-28T10:00+02:00", "2026-11-28T08:00:00"),
        ("2026-11-01", "2026-11-01T00:00:00"),
    ],
)
def test_it_is_a_time_before_now(text: str, moment: str) -> None:
    assert since.parse(text, NOW) == datetime.fromisoformat(f"{moment}+00:00")


@pytest.mark.parametrize("text", ["", "1 hour", "yesterday", "-1h", "25:00"])
def test_other_texts_are_no_time(text: str) -> None:
    with pytest.raises(ValueError):
        since.parse(text, NOW)
