"""Ages and sizes as people read them."""

from datetime import UTC, datetime, timedelta

import pytest

from understudy.report import amounts

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
    assert amounts.age(NOW - timedelta(seconds=seconds), NOW) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (1536, "1.5 KiB"),
        (2**30, "1.0 GiB"),
        (3 * 2**40, "3.0 TiB"),
    ],
)
def test_size(number: int, text: str) -> None:
    assert amounts.size(number) == text
