"""What a terminal shows of a running step: how far it is, and the last lines of its output."""

import pytest

from understudy.local.share import Share
from understudy.report.live import Live, amount, beside, clock

MB = 10**6


def test_the_last_lines_are_shown_below_the_title_each_in_one_line() -> None:
    live = Live("migrate", 0.0)
    for line in ("one", "two\n", "", "a\rb", "x" * 100):
        live.add(line)

    assert live.lines(20) == f"    a\n    b\n    {'x' * 15}…"


def test_output_cannot_steer_the_terminal() -> None:
    live = Live("migrate", 0.0)
    live.add("\x1b]0;title\x07red\x1b[31m")

    assert live.lines(80) == "    red"


def test_time_amount_and_rate_are_shown_of_an_upload() -> None:
    live = Live("upload", 10.0)
    assert live.facts(12.0) == ["0:02"]

    live.advance(Share(1 * MB, 40 * MB), 12.0)
    assert live.facts(12.5) == ["0:02", "1.0 of 40.0 MB"], "no rate within the first second"

    live.advance(Share(9 * MB, 40 * MB), 14.0)
    assert live.facts(14.0) == ["0:04", "9.0 of 40.0 MB", "4.0 MB/s"]


def test_the_rate_is_of_the_last_seconds_and_ends_with_the_bytes() -> None:
    live = Live("upload", 0.0)
    for second in range(11):
        live.advance(Share(second * MB), float(second))
    for second in range(11, 20):
        live.advance(Share((second - 10) * 3 * MB + 10 * MB), float(second))

    assert live.facts(19.0) == ["0:19", "37.0 MB", "3.0 MB/s"]
    assert live.facts(26.0) == ["0:26", "37.0 MB"]


def test_another_unit_begins_again() -> None:
    live = Live("packages", 0.0)
    live.advance(Share(9 * MB, 10 * MB), 1.0)
    live.advance(Share(1, 34, "packages"), 9.0)

    assert live.facts(9.0) == ["0:09", "1 of 34 packages"]


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Share(0, 45_600_000), "0 B of 45.6 MB"),
        (Share(800_000, 45_600_000), "800.0 kB of 45.6 MB"),
        (Share(12_300_000, 45_600_000), "12.3 of 45.6 MB"),
        (Share(12_300_000), "12.3 MB"),
        (Share(3, 132, "packages"), "3 of 132 packages"),
    ],
)
def test_an_amount_is_in_words(share: Share, text: str) -> None:
    assert amount(share) == text


def test_a_step_that_has_ended_says_how_much_it_was() -> None:
    live = Live("upload", 0.0)
    assert live.whole(3.0) == ""
    live.advance(Share(12 * MB, 12 * MB), 3.0)
    assert live.whole(3.0) == ", 12.0 MB, 4.0 MB/s"
    assert live.whole(0.2) == ", 12.0 MB"
    live.advance(Share(33, 34, "packages"), 3.0)
    assert live.whole(3.0) == ", 34 packages"


@pytest.mark.parametrize(
    ("seconds", "text"), [(-1, "0:00"), (59.9, "0:59"), (65, "1:05"), (3605, "1:00:05")]
)
def test_a_clock_has_minutes_and_seconds(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_a_short_title_has_room_for_all() -> None:
    assert beside("migrate", ["0:02"], "about 1:00 left", 80) == (
        "migrate",
        "  0:02  about 1:00 left",
    )
    assert beside("migrate", ["0:02"], "", 5) == ("migr…", "")
