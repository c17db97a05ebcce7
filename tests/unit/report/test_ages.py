"""Ages as people read them."""

from datetime import UTC, datetime, timedelta

import pytest

from understudy.report import ages

NOW = datetime(2024, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-30, "just now"),
        (0, "just now"),
        (59, "59 s ago"),
        (60, "1 min ago"),
        (3 * 3600 + 59 * 60, "3 h ago"),
        (86400, "1 day ago"),
        (30 * 86400, "30 days ago"),
    ],
)
def test_age(seconds: int, text: str) -> None:
    assert ages.age(NOW - timedelta(seconds=seconds), NOW) == text
