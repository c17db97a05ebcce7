"""The marks of the graph are where the samples put them, within the picture."""

import pytest

from understudy.report.graph import HEIGHT, LEFT, WIDTH, duration, graph


@pytest.mark.parametrize(
    "samples",
    [
        [],
        [[0, 0, "page", "ok"]],
        [[9.5, 250, "page", "timeout"], [0, 0.0001, "page", "ok"], [3, 0.5, "post", "5xx"]],
    ],
)
def test_all_marks_are_within_the_picture(samples: list[list[object]]) -> None:
    made = graph({"switched_at": 4, "samples": samples})

    assert len(made.answered) + len(made.lost) == len(samples)
    for mark in (*made.answered, *made.lost, *made.times, *made.latencies):
        assert LEFT <= mark.x <= WIDTH
        assert 0 <= mark.y <= HEIGHT


def test_later_requests_are_to_the_right_and_slower_ones_higher() -> None:
    samples = [[0, 0.01, "page", "ok"], [5, 0.1, "page", "ok"], [9, 1, "page", "ok"]]
    first, second, third = graph({"switched_at": 5, "samples": samples}).answered

    assert first.x < second.x < third.x
    assert first.y > second.y > third.y
    assert graph({"switched_at": 5, "samples": samples}).switch_x == second.x


def test_lost_requests_have_marks_of_their_own_with_a_text() -> None:
    made = graph({"switched_at": None, "samples": [[1.25, 10, "post", "timeout"]]})

    assert [mark.text for mark in made.lost] == ["1.2 s: post, timeout, 10 s"]
    assert made.switch_x is None


def test_websocket_that_is_back_on_the_new_release_is_said() -> None:
    samples = [
        [0, 0.5, "websocket", "ok"],
        [5, 0.02, "websocket", "ok"],
        [6, 0.03, "websocket", "cut"],
        [7, 0.04, "page", "ok"],
    ]
    assert graph({"switched_at": 4, "samples": samples}).reopened == (0.02,)
    assert graph({"switched_at": None, "samples": samples}).reopened == ()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ms"),
        (0.087, "87 ms"),
        (3.21, "3.2 s"),
        (12.0, "12 s"),
        (250, "4 min 10 s"),
        (120, "2 min"),
    ],
)
def test_a_duration_is_shown_in_readable_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text
