from datetime import UTC, datetime, timedelta, timezone

import pytest

from understudy.report.answer import to_json
from understudy.report.moments import moment

WHOLE = datetime(2026, 3, 1, 12, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (WHOLE, "2026-03-01T12:04:05.000Z"),
        (WHOLE.replace(microsecond=678_900), "2026-03-01T12:04:05.678Z"),
        (WHOLE.astimezone(timezone(timedelta(hours=2))), "2026-03-01T12:04:05.000Z"),
    ],
)
def test_a_moment_is_in_utc_to_the_millisecond(at: datetime, text: str) -> None:
    assert moment(at) == to_json(at) == text


def test_texts_of_one_second_are_in_the_order_of_time() -> None:
    later = WHOLE + timedelta(milliseconds=1)

    assert moment(WHOLE) < moment(later)
