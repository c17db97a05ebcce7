"""A staging host that captures mail has what a host that sends it has not: that is no drift."""

import pytest

from understudy.parity.capture.value import Capture
from understudy.parity.drift.comparison import Side, compare

CAPTURES = Capture(
    {
        "firewall": {"table inet understudy": "x", "table inet understudy_mail": "y"},
        "packages": {"nginx": "1", "python3-aiosmtpd": "1.4.3", "python3-attr": "22.2"},
        "units": {"understudy-mail-todo.socket": "enabled, active"},
        "ports": {"tcp 127.0.0.1:24623": "catch-mail systemd", "tcp 127.0.0.1:25": "systemd"},
        "users": {"understudy-mail.home": "/ /usr/sbin/nologin", "group understudy-mail": ""},
    }
)
SENDS = Capture(
    {
        "firewall": {"table inet understudy": "x"},
        "packages": {"nginx": "1"},
        "units": {},
        "ports": {},
        "users": {},
    }
)


def test_what_captures_mail_on_staging_is_intended() -> None:
    found = compare(Side("production", SENDS), Side("vagrant", CAPTURES))

    assert found.differences == ()
    assert len(found.intended) == 8
    assert {one.intended for one in found.intended} == {
        "the copy captures its mails (`mail: capture`)"
    }


@pytest.mark.parametrize(("model", "copy"), [(CAPTURES, SENDS), (SENDS, SENDS)])
def test_mails_of_production_that_are_captured_are_a_difference(
    model: Capture, copy: Capture
) -> None:
    found = compare(Side("production", model), Side("vagrant", copy))

    assert found.intended == ()
    assert bool(found.differences) == (model is not copy)
