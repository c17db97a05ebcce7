"""The history of the figures, and what it shows from one release to the next."""

from dataclasses import replace

import pytest

from benchmarks import __main__ as bench
from benchmarks import changes, history
from benchmarks.changes import Change
from benchmarks.history import Figure, Source
from benchmarks.parts import PARTS
from benchmarks.samples import Sample
from benchmarks.tools import OURS

SOURCE = Source("2026-03-04", "1.0", "c0ffee0", "2 cores")
BEFORE = Figure(
    **vars(SOURCE),
    provider="lxc",
    part="scenarios",
    what="deploy",
    tool=OURS,
    size=1,
    median=1.0,
    least=0.9,
    most=1.2,
    runs=3,
    reference="shell",
    reference_median=0.5,
)
NOW = replace(BEFORE, version="1.1", commit="c0ffee1")
SLOW = replace(NOW, median=1.2)


def found(*figures: Figure) -> list[Change]:
    return list(changes.changes(figures, OURS))


def test_figure_has_its_median_its_spread_and_the_reference_of_the_same_run() -> None:
    samples = [
        *(Sample("deploy", OURS, seconds, "lxc", size=4) for seconds in (1.0, 2.0, 4.0)),
        Sample("deploy", "shell", 0.5, "lxc", size=4),
        Sample("deploy", "shell", 9.0, "lxc", size=1),
        Sample("deploy", "shell", 9.0, "vm", size=4),
    ]

    ours, shell, *_ = history.figures("sizes", samples, {"deploy": "shell"}, SOURCE)

    assert (ours.median, ours.least, ours.most, ours.runs) == (2.0, 1.0, 4.0, 3)
    assert (ours.provider, ours.part, ours.size) == ("lxc", "sizes", 4)
    assert (ours.reference, ours.reference_median) == ("shell", 0.5)
    assert (shell.tool, shell.reference) == ("shell", "")


def test_lines_are_read_as_they_were_written() -> None:
    assert history.parse(history.line(BEFORE) + history.line(NOW)) == [BEFORE, NOW]


def test_figure_that_is_slower_than_in_the_release_before_is_shown() -> None:
    text = changes.describe(found(BEFORE, SLOW))

    assert text.startswith("1 of 1 figures are more than 15 % slower")
    row = text.splitlines()[-1]
    assert "| 1.00 s |" in row
    assert "| 1.20 s |" in row
    assert "| 1.0 (c0ffee0) |" in row
    assert row.endswith("| ratio to shell | +20 % |")


@pytest.mark.parametrize("median", [0.5, 1.0, 1.15])
def test_figure_that_is_as_fast_or_not_much_slower_is_not_shown(median: float) -> None:
    text = changes.describe(found(BEFORE, replace(NOW, median=median)))

    assert text == "0 of 1 figures are more than 15 % slower than in the release before."


def test_load_that_slows_the_reference_as_well_is_no_regression() -> None:
    loaded = replace(NOW, median=3.0, reference_median=1.5)

    assert [one.ratio for one in found(BEFORE, loaded)] == [pytest.approx(1.0)]


def test_fast_run_hides_no_regression() -> None:
    idle = replace(NOW, median=1.0, reference_median=0.25)

    assert [one.ratio for one in found(BEFORE, idle)] == [pytest.approx(2.0)]


@pytest.mark.parametrize("without", [{"reference": ""}, {"reference": "`ssh true`"}])
def test_without_the_same_reference_seconds_are_compared(without: dict[str, str]) -> None:
    (change,) = found(BEFORE, replace(SLOW, **without, reference_median=9.0))  # type: ignore[arg-type]

    assert change.reference == ""
    assert change.ratio == pytest.approx(1.2)


@pytest.mark.parametrize(
    "other",
    [
        {"machine": "64 cores"},
        {"provider": "libvirt by qemu"},
        {"part": "sizes"},
        {"what": "first deploy"},
        {"size": 4},
        {"tool": "shell"},
    ],
)
def test_only_the_same_figure_of_the_same_machine_and_provider_is_compared(
    other: dict[str, str],
) -> None:
    assert found(replace(BEFORE, **other), SLOW) == []  # type: ignore[arg-type]


def test_machine_that_was_measured_last_is_the_one_compared() -> None:
    there = [replace(figure, machine="64 cores") for figure in (BEFORE, SLOW)]

    assert [one.now.machine for one in found(*there, BEFORE, NOW)] == [BEFORE.machine]


def test_newest_figure_is_compared_to_the_last_one_of_the_release_before() -> None:
    """And not to an earlier commit of the same release: many small losses would be none."""
    old = replace(BEFORE, version="0.9", median=9.0)
    earlier = replace(NOW, commit="c0ffee2", median=1.1)

    (change,) = found(old, BEFORE, earlier, replace(SLOW, median=1.15), SLOW)

    assert (change.before, change.now) == (BEFORE, SLOW)


def test_in_the_first_release_the_commit_measured_before_is_compared() -> None:
    earlier = replace(NOW, commit="c0ffee2", median=1.1)

    assert found(replace(NOW, median=9.0), earlier, replace(SLOW, median=2.0), SLOW) == [
        Change(earlier, SLOW)
    ]
    assert found(SLOW, NOW) == [], "a commit is not compared to itself"


def test_kept_history_can_be_read() -> None:
    figures = bench.figures_so_far()

    assert figures
    assert {figure.part for figure in figures} <= set(PARTS)
