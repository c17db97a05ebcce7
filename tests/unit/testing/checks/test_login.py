"""The session's cookie: what a command may print, and that its value is not shown."""

import pytest

from understudy.testing.checks.login import Cookie, parse


@pytest.mark.parametrize("printed", ["sessionid=abc123", "made a session\nsessionid=abc123\n"])
def test_cookie_is_the_last_line(printed: str) -> None:
    assert parse(printed) == Cookie("sessionid", "abc123")


def test_value_may_have_equals_signs() -> None:
    assert parse("session=eyJ.x=y==") == Cookie("session", "eyJ.x=y==")


@pytest.mark.parametrize("printed", ["", "abc123", "sessionid=", "a b=c", "a=b; Path=/", "a=b c"])
def test_other_output_is_no_cookie(printed: str) -> None:
    assert parse(printed) is None


def test_value_is_not_shown() -> None:
    assert "abc123" not in repr(Cookie("sessionid", "abc123"))
