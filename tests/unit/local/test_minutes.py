"""Points in time as people read them."""

import pytest

from understudy.local.minutes import in_minutes


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "ann (deploy) since 2026-11-28T05:25:59.123+00:00",
            "ann (deploy) since 2026-11-28 05:25 UTC",
        ),
        ("2026-11-28T05:25Z", "2026-11-28 05:25 UTC"),
        (
            "2026-11-28T00:25:00+02:00 and 2026-12-01T01:02:03Z",
            "2026-11-27 22:25 UTC and 2026-12-01 01:02 UTC",
        ),
        ("2026-99-28T05:25Z", "2026-99-28T05:25Z"),
        ("0001-01-01T00:00+02:00", "0001-01-01T00:00+02:00"),
        ("20261128T052559Z-c0ffee", "20261128T052559Z-c0ffee"),
        ("", ""),
    ],
)
def test_iso_times_are_minutes_in_utc(text: str, shown: str) -> None:
    assert in_minutes(text) == shown
