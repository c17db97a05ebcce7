"""What a certificate says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from understudy.traffic.certificate import Certificate

ENDS = datetime(2027, 1, 1, tzinfo=UTC)
OWN = Certificate(0xAB12, ("shop.test", "*.shop.example"), ENDS, is_self_signed=False)


@pytest.mark.parametrize("name", ["shop.test", "www.shop.example"])
def test_name_is_covered(name: str) -> None:
    assert OWN.covers(name)


@pytest.mark.parametrize("name", ["www.shop.test", "shop.example", "a.b.shop.example", "test"])
def test_wildcard_is_for_one_label(name: str) -> None:
    assert not OWN.covers(name)


def test_days_left_are_negative_once_it_has_ended() -> None:
    assert OWN.days_left(ENDS - timedelta(hours=36)) == 1.5
    assert replace(OWN, ends=ENDS - timedelta(days=2)).days_left(ENDS) == -2


def test_serial_is_shown_as_openssl_prints_it() -> None:
    assert OWN.shown_serial == "AB12"
    assert replace(OWN, serial=0xB12).shown_serial == "0B12"
