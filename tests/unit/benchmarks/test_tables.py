"""What benchmarks/ makes of its samples."""

from itertools import pairwise
from xml.etree import ElementTree

import pytest

from benchmarks import __main__ as bench
from benchmarks import budgets, document, plot, samples, tables
from benchmarks.parts import PARTS
from benchmarks.samples import Sample
from benchmarks.tables import Comparison
from benchmarks.tools import OURS

LXC, VM = "lxc", "libvirt by qemu"
GROWTH = [
    *(
        Sample("deploy", "ours", seconds, LXC, size)
        for size, seconds in ((1, 1.0), (4, 2.0), (16, 4.0))
    ),
    *(Sample("deploy", "other", seconds, LXC, size) for size, seconds in ((1, 30.0), (16, 45.0))),
]


def rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


def test_several_runs_come_to_their_median_and_spread() -> None:
    runs = [Sample("deploy", "ours", seconds, LXC, memory=10) for seconds in (3.0, 1.0, 9.0)]

    assert samples.of(runs, "deploy", "ours", LXC) == samples.Summary(3.0, 1.0, 9.0, 3, 10)
    assert samples.of(runs, "deploy", "ours", LXC, size=2) is None
    assert samples.of(runs, "deploy", "ours", VM) is None


def test_times_on_both_providers_stand_side_by_side() -> None:
    runs = [
        *(Sample("deploy", "ours", seconds, LXC) for seconds in (1.0, 2.0, 4.0)),
        Sample("deploy", "ours", 20.0, VM),
        Sample("deploy", "other", 30.0, VM),
        Sample("other work", "not shown", 1.0, VM),
    ]

    head, _, *found = rows(tables.side_by_side(runs, ["ours", "other"]))

    assert head[2:] == [f"{LXC}: median", "spread", "runs", f"{VM}: median", "spread", "runs"]
    assert found == [
        ["deploy", "ours", "2.00 s", "1.00 s to 4.00 s", "3", "20.0 s", "20.0 s to 20.0 s", "1"],
        ["deploy", "other", "not yet", "", "", "30.0 s", "30.0 s to 30.0 s", "1"],
    ]


def test_ratio_is_of_the_same_provider_and_a_goal_that_is_missed_is_marked() -> None:
    runs = [
        *(
            Sample("deploy", tool, seconds, LXC)
            for tool, seconds in (("ours", 1.2), ("shell", 1.0))
        ),
        *(
            Sample("deploy", tool, seconds, VM)
            for tool, seconds in (("ours", 30.0), ("shell", 2.0))
        ),
    ]
    comparisons = [
        Comparison("deploy", "ours", "shell", goal=1.2),
        Comparison("deploy", "ours", "pyinfra"),
    ]

    head, _, *found = rows(tables.ratios(runs, comparisons))

    assert head == ["what", "ratio", "goal", LXC, VM]
    assert found == [
        ["deploy", "ours to shell", "at most 1.2", "1.20", "15: missed"],
        ["deploy", "ours to pyinfra", "", "not yet", "not yet"],
    ]


def test_growth_shows_what_was_not_measured_and_the_ratio_of_largest_to_smallest() -> None:
    text = tables.growth(GROWTH, "deploy", "hosts")

    assert text.startswith(f"Measured on {LXC}:\n")
    head, _, *found = rows(text)
    assert head == ["hosts", "ours", "other"]
    assert found == [
        ["1", "1.00 s", "30.0 s"],
        ["4", "2.00 s", "not yet"],
        ["16", "4.00 s", "45.0 s"],
        ["16 to 1", "4.00", "1.50"],
    ]


def test_budget_is_the_providers_own() -> None:
    runs = [Sample("reset", OURS, seconds, provider) for provider, seconds in ((LXC, 3), (VM, 3))]

    _, _, *found = rows(budgets.table_of(runs, {"reset": {"lxc": 2, "libvirt": 4}}))

    assert [(row[1], row[2], row[-1]) for row in found] == [(LXC, "2 s", "NO"), (VM, "4 s", "yes")]


def drawn(series: dict[str, dict[int, float]]) -> ElementTree.Element:
    return ElementTree.fromstring(plot.picture("a < b", "hosts", series))  # noqa: S314 - ours


def test_picture_places_more_time_higher_and_larger_sizes_further_right() -> None:
    lines = drawn(samples.medians(GROWTH, "deploy")).iterfind(".//{*}polyline")
    points = [
        [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
        for line in lines
    ]

    ours, other = points
    assert [x for x, _ in ours] == sorted(x for x, _ in ours)
    assert [y for _, y in ours] == sorted((y for _, y in ours), reverse=True)
    assert other[0][1] < ours[-1][1], "30 s lie above 4 s"
    assert ours[1][0] - ours[0][0] == pytest.approx(ours[2][0] - ours[1][0]), (
        "as far for each factor"
    )


def test_names_in_a_picture_do_not_lie_on_each_other() -> None:
    series = {name: {1: 1.0, 2: 1.0} for name in ("one", "two", "three")}

    texts = {text.text: float(text.attrib["y"]) for text in drawn(series).iterfind(".//{*}text")}

    places = sorted(texts[name] for name in series)
    assert all(below - above >= plot.APART for above, below in pairwise(places))


def test_only_the_part_that_was_measured_is_exchanged() -> None:
    page = "before\n<!-- a: written by make bench -->\nold\n<!-- end of a -->\nafter\n"

    assert document.with_part(page, "a", r"new \1") == page.replace("old", r"new \1")
    with pytest.raises(ValueError, match="there is no"):
        document.with_part(page, "b", "new")


BLOCKS = [bench.CHANGES, *(block for part in PARTS.values() for block in part.blocks)]


@pytest.mark.parametrize("block", BLOCKS)
def test_page_has_a_place_for_each_block(block: str) -> None:
    assert "new text" in document.with_part(bench.PAGE.read_text(), block, "new text")


@pytest.mark.parametrize("name", PARTS)
def test_a_block_of_each_part_has_its_name_and_so_the_machine(name: str) -> None:
    assert name in PARTS[name].blocks
