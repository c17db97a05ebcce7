"""A comparison as text and as a page: side by side, within the width, and every value only text."""

from dataclasses import replace

import pytest

from tests.unit.capture_samples import SECTIONS, captured
from tests.unit.fakes import TOP
from tests.unit.report.test_page import Parsed
from understudy.config.parity import Intended
from understudy.parity.drift import page, table
from understudy.parity.drift.cells import cells
from understudy.parity.drift.comparison import Comparison, Difference, Side, compare
from understudy.parity.drift.rules import BREAKS

NASTY = "<script>alert(1)</script>"


def compared() -> Comparison:
    copy = captured(
        time="zone\t/usr/share/zoneinfo/Europe/Berlin\nx\tkvm-clock",
        nginx=SECTIONS["nginx"].replace("user www-data;", "user web;"),
        sysctl="net/core/somaxconn\t128\n/sys/kernel/mm/transparent_hugepage/enabled\t[always]",
        memory=SECTIONS["memory"].replace("993412", "8000000"),
        packages=SECTIONS["packages"] + f"\npackage\tinstall\tinstalled\tcowsay\t{NASTY}",
        firewall="!!! no nft on this host",
    )
    declared = Intended(path="memory.*", reason="the VM is small")
    return compare(Side("production", captured()), Side("vagrant", copy), [declared])


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
        "intended (parity.intended):",
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


def html(*comparisons: Comparison, threshold: float = 95) -> str:
    return page.render(TOP / "templates", comparisons, threshold)


def test_page_loads_nothing_and_text_stays_text() -> None:
    text = html(compared())

    assert NASTY not in text
    tags = {tag for tag, _ in Parsed(text).tags}
    assert not tags & {"script", "img", "iframe"}
    assert all(link.startswith("data:") for link in Parsed(text).values("href") if link)
    assert "default-src 'none'" in text


def test_page_has_what_the_text_has() -> None:
    text = html(compared())

    for part in ("time.zone", "Europe/Berlin", "Intended", "the VM is small", "Breaks apps"):
        assert part in text


@pytest.mark.parametrize(("threshold", "verdict"), [(10, "passed"), (95, "failed")])
def test_page_has_the_color_of_its_verdict(threshold: float, verdict: str) -> None:
    assert f'<body class="{verdict}">' in html(compared(), threshold=threshold)


def test_page_shows_equal_hosts_and_two_comparisons() -> None:
    equal = compare(Side("a", captured()), Side("b", captured()))

    text = html(equal, replace(compared(), model="code"))

    assert "No difference in" in text
    assert "vagrant, compared with code" in text
