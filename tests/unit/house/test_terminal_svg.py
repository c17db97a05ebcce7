"""A recorded run as an SVG: what it shows, when, and that it is small and may stand still."""

import re
import xml.etree.ElementTree as ET

from tests.house.recording import Frame, Run, frames
from tests.house.terminal_svg import Stretch, stretches, svg

PRINTED = [
    (0.0, b"\x1b[32m\xe2\xa0\x8b\x1b[0m upload \x1b[2m0:00\x1b[0m"),
    (1.0, b"\r\x1b[K\x1b[32m\xe2\xa0\x99\x1b[0m upload \x1b[2m0:01\x1b[0m"),
    (2.0, b"\r\x1b[K\x1b[32m\xe2\x9c\x93\x1b[0m upload <a & b>\r\n"),
    (2.0, b"\x1b[1;31merror:\x1b[0m no\r\n"),
]
END = (
    (Run(0, "✓", "green"), Run(2, "upload <a & b>")),
    (Run(0, "error:", "red", True), Run(7, "no")),
)


def test_a_recording_is_what_the_screen_showed_when() -> None:
    first, second, third, last = frames(PRINTED, 40, 10, every=0.5)

    assert first.rows == ((Run(0, "⠋", "green"), Run(2, "upload"), Run(9, "0:00", dim=True)),)
    assert second.rows[0][0].text == "⠙"
    assert third.at == 2.0
    assert last.rows == END


def test_frames_are_no_closer_than_asked_but_for_the_last() -> None:
    assert [frame.at for frame in frames(PRINTED, 40, 10, every=1.5)] == [0.0, 2.0, 2.0]


def test_a_row_is_one_stretch_as_long_as_it_stays() -> None:
    row, other = (Run(0, "a"),), (Run(0, "b"),)
    screens = [Frame(0, (row,)), Frame(1, (row, other)), Frame(3, (other,)), Frame(4, (other,))]

    assert set(stretches(screens)) == {
        Stretch(0, row, 0, 3),
        Stretch(1, other, 1, 3),
        Stretch(0, other, 3, None),
    }


def test_it_is_xml_with_each_text_at_its_column() -> None:
    root = ET.fromstring(svg(list(frames(PRINTED, 40, 10, 0.5)), 40, "a <title>", 10))  # noqa: S314 - our own

    texts = ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0] == "a <title>"
    assert texts[-2:] == ["✓upload <a & b>", "error:no"]
    assert len(texts) == 5


def test_less_motion_shows_the_last_frame_only() -> None:
    text = svg(list(frames(PRINTED, 40, 10, 0.5)), 40, "run", 10)

    [still] = re.findall(r"@media \(prefers-reduced-motion:reduce\)\{(.*)\}", text)
    assert still == ".t,.e{animation:none}.e{visibility:visible}"
    lasting = re.findall(r'class="(.)" style="animation-delay:([\d.]+)s', text)
    assert lasting == [("t", "0.00"), ("t", "5.00"), ("e", "10.00"), ("e", "10.00")]


def test_a_picture_that_does_not_play_has_the_last_frame_without_animation() -> None:
    text = svg(list(frames(PRINTED, 40, 10, 0.5)), 40, "run", 0)

    assert "animation-delay" not in text
    assert "⠋" not in text


def test_a_long_run_takes_few_kilobytes() -> None:
    pieces = [
        (n / 8, f"\r\x1b[K⠋ step {n // 80}  {n // 8}:00  about {n} left".encode())
        if n % 80
        else (n / 8, f"\r\x1b[K✓ step {n // 80} 3.0 s\r\n".encode())
        for n in range(2400)
    ]

    text = svg(list(frames(pieces, 90, 50, pieces[-1][0] / 90)), 90, "run", 20)

    assert len(text) < 60_000
