"""Output of programs is safe to show and of bounded length."""

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
def test_control_codes_are_removed(output: str, shown: str) -> None:
    assert plain(output) == shown


def test_every_text_in_a_json_value_is_sanitized() -> None:
    value = {"a\x07": ["\x1b[1mb", ("c\x07", 1, None)], "d": {"e": True}}

    assert plain_json(value) == {"a�": ["b", ["c�", 1, None]], "d": {"e": True}}


def test_long_output_keeps_its_beginning_and_end_and_says_what_is_missing() -> None:
    lines = cut(LONG).splitlines()

    assert (lines[0], lines[99], lines[-1]) == ("line 0", "line 99", "line 4999")
    assert lines[100].startswith("… 4800 lines left out here (")
    assert len(lines) == 201


def test_a_long_line_is_left_out_as_a_whole() -> None:
    """Half a line could hold half a secret, which is not masked."""
    text = cut("begin\n" + "x" * MOST_BYTES + "\nend")

    assert text.splitlines() == ["begin", "… 1 line left out here (50001 bytes) …", "end"]


def test_many_long_lines_are_cut_to_the_allowed_size() -> None:
    text = cut("\n".join(["ä" * 1000] * 150))

    assert len(text.encode()) < MOST_BYTES + 100
    assert text.startswith("ää")
    assert text.endswith("ää")


@pytest.mark.parametrize("text", ["", "one", "two\n\n", "\n".join("x" * 200)])
def test_short_output_stays_as_it_is(text: str) -> None:
    assert cut(text) == text
