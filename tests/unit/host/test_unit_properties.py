"""The properties of units, as systemctl prints them."""

from datetime import UTC, datetime

import pytest

from understudy.host import unit_properties


def test_units_are_apart_by_an_empty_line() -> None:
    lines = ["Id=a.service", "ExecStart=x=1", "", "Id=b.service"]
    units = [{"Id": "a.service", "ExecStart": "x=1"}, {"Id": "b.service"}]
    assert list(unit_properties.of_units(lines)) == units


@pytest.mark.parametrize("text", ["", "n/a", "Sat 2026-11-28 03:04:05 CET"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert unit_properties.time(text) is None


def test_time_is_utc() -> None:
    at = datetime(2026, 11, 28, 3, 4, 5, tzinfo=UTC)
    assert unit_properties.time("Sat 2026-11-28 03:04:05 UTC") == at
