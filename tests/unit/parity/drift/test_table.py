"""A comparison as text: side by side, within the width."""

import pytest

from tests.unit.capture_samples import captured
from tests.unit.drift_samples import compared
from understudy.config.parity import Intended
from understudy.parity.capture.value import Capture
from understudy.parity.drift import table
from understudy.parity.drift.cells import cells
from understudy.parity.drift.comparison import Difference, Side, compare
from understudy.parity.drift.rules import BREAKS


@pytest.mark.parametrize("width", [0, 20, 40, 79, 80, 120, 160, 500])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = list(table.lines(compared(), width))

    assert max(map(len, lines)) <= min(max(width, table.NARROWEST), table.WIDEST)


def test_values_are_side_by_side_below_their_hosts() -> None:
    lines = list(table.lines(compared(), 100))

    head = lines[0]
    zone = next(line for line in lines if "time.zone" in line)
    assert zone.index("Etc/UTC") == head.index("production")
    assert zone.index("Europe/Berlin") == head.index("vagrant")


def test_worst_differences_come_first_and_intended_ones_last() -> None:
    headings = [
        line for line in table.lines(compared(), 100) if line.endswith(":") and line[0] != " "
    ]

    assert headings == [
        "breaks apps:",
        "may break an app:",
        "unlikely to break an app:",
        "not counted:",
    ]


def test_equal_hosts_have_no_table() -> None:
    equal = compare(Side("a", captured()), Side("b", captured()))

    assert list(table.lines(equal, 80)) == []


def test_of_long_texts_only_the_lines_that_differ_are_shown() -> None:
    before = "\n".join(f"line {number};" for number in range(40))
    found = Difference("nginx./x", before, before.replace("line 7;", "other;"), BREAKS, "")

    assert cells(found) == ("…\nline 7;\n…", "…\nother;\n…")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "(none)"),
        ("", "(empty)"),
        ("a\nb", "a\nb"),
        ("x\n" * 14, "x\n" * 12 + "… 2 more lines"),
    ],
)
def test_value_on_one_side_only_is_cut_to_twelve_lines(value: str | None, shown: str) -> None:
    assert cells(Difference("p", value, None, BREAKS, ""))[0] == shown


def test_many_that_do_not_count_for_one_reason_are_named_once() -> None:
    packages = {f"postgresql-{number}": "15" for number in range(20)}
    model, copy = Capture({"packages": {}}), Capture({"packages": packages})
    declared = Intended(path="packages.*", reason="of the box")

    lines = list(table.lines(compare(Side("a", model), Side("b", copy), [declared]), 100))

    text = " ".join(line.strip() for line in lines)
    assert "packages.postgresql-0, packages.postgresql-1," in text
    assert "and 14 more (--html and --json have them)" in text
    assert text.count("of the box") == 1
