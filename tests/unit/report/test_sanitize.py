"""Output of programs, made fit to be kept."""

import pytest

from tests.unit.records import LONG
from understudy.report.sanitize import MOST_BYTES, cut, plain, plain_json


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("a\0b", "a�b"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("tab\t😀 ä", "tab\t😀 ä"),
        ("half \ud800", "half �"),
        ("a\x1b]52;c;cm0gLXJmIC8=\x07b", "ab"),
        ("a\x1b]52;c;cm0gLXJmIC8=\x1b\\b", "ab"),
        ("\x1b]0;no end\nnext line", "\nnext line"),
        ("\x9b2Jgone", "�2Jgone"),
        ("\x9d0;title\x9c", "�0;title�"),
        ("\x1b[2J\x1b[H\x1b(0\x1bcx", "�(0�cx"),
        ("\x1b", "�"),
        ("a\u202ecod.exe", "a�cod.exe"),
    ],
)
def test_control_codes_are_gone(output: str, shown: str) -> None:
    assert plain(output) == shown


def test_json_is_made_plain_all_through() -> None:
    value = {"a\x07": ["\x1b[1mb", ("c\x07", 1, None)], "d": {"e": True}}

    assert plain_json(value) == {"a�": ["b", ["c�", 1, None]], "d": {"e": True}}


def test_long_output_keeps_its_ends_and_says_what_is_missing() -> None:
    lines = cut(LONG).splitlines()

    assert (lines[0], lines[99], lines[-1]) == ("line 0", "line 99", "line 4999")
    assert lines[100].startswith("… 4800 lines (")
    assert len(lines) == 201


def test_long_lines_are_left_out_whole() -> None:
    """Half of one could be half a secret."""
    told = cut("begin\n" + "x" * MOST_BYTES + "\nend")

    assert told.splitlines() == ["begin", "… 1 lines (50001 bytes) are left out here …", "end"]


def test_many_long_lines_fit_the_room() -> None:
    told = cut("\n".join(["ä" * 1000] * 150))

    assert len(told.encode()) < MOST_BYTES + 100
    assert told.startswith("ää")
    assert told.endswith("ää")


@pytest.mark.parametrize("text", ["", "one", "two\n\n", "\n".join("x" * 200)])
def test_short_output_stays(text: str) -> None:
    assert cut(text) == text
