"""The history compares a run with the runs of its kind before it, and knows reports of before."""

from dataclasses import replace

import pytest

from tests.unit.fakes import TEMPLATES
from tests.unit.records import FAILED, PASSED
from understudy.report import history, history_page
from understudy.report.history import Entry


def run(minute: int, seconds: float, verdict: str = "passed", target: str = "vagrant") -> Entry:
    began = f"2026-03-04T05:{minute:02}:00+00:00"
    return Entry(f"2026-{minute}", began, "rehearse", target, verdict, seconds)


USUAL = [run(1, 50), run(2, 60), run(3, 52)]


def test_entry_has_the_figures_of_its_report() -> None:
    found = history.entry("x", {**PASSED.to_json(), "commit": {"id": "c0ffee", "subject": "Tea"}})

    assert (found.passed, found.failed, found.skipped) == (2, 0, 1)
    assert (found.commit, found.subject, found.skipped_phases) == ("c0ffee", "Tea", 1)
    assert found.phases == {"up": 20, "deploy": 34, "tests": 61}
    assert found.packages == ""


def test_packages_are_those_that_the_vm_took_over() -> None:
    attached = {**FAILED.attachments, "mirror": {"score": 97.5, "differences": 3, "compared": 80}}
    assert (
        history.entry("x", replace(FAILED, attachments=attached).to_json()).packages == "77 of 80"
    )


def test_report_of_before_the_schema_had_a_number_is_an_entry() -> None:
    new = ("schema", "app", "commit", "os", "version", "test_counts")
    old = {key: value for key, value in FAILED.to_json().items() if key not in new}

    found = history.entry("x", old)

    assert (found.app, found.commit, found.failed, found.verdict) == ("", "", 1, "failed")


@pytest.mark.parametrize(("seconds", "slow"), [(60, False), (67, False), (69, True)])
def test_run_is_slow_if_it_takes_a_third_longer_than_the_median(seconds: float, slow: bool) -> None:
    assert history.slow(run(9, seconds), USUAL) is slow


def test_usual_duration_is_the_median() -> None:
    assert history.usual([9, 1, 2]) == 2
    assert history.usual([4, 1, 100, 2]) == 3
    assert history.usual([1, 2]) is None


def test_short_runs_are_not_slow_by_a_second() -> None:
    assert not history.slow(run(9, 2.0), [run(number, 1.0) for number in range(5)])


def test_too_few_runs_others_and_later_ones_say_nothing() -> None:
    assert not history.slow(run(9, 500), USUAL[:2])
    assert not history.slow(run(9, 500, target="other"), USUAL)
    assert not history.slow(run(0, 500), USUAL)
    assert not history.slow(run(9, 500, "failed"), USUAL)
    failed = [replace(one, verdict="failed") for one in USUAL]
    assert not history.slow(run(9, 500), failed)


def test_chart_has_the_oldest_first_and_needs_two_runs() -> None:
    [chart] = history.charts([run(9, 100), *reversed(USUAL), run(4, 1, target="production")])

    assert [bar.entry.seconds for bar in chart.bars] == [50, 60, 52, 100]
    assert [bar.height for bar in chart.bars] == [50, 60, 52, 100]
    assert [bar.slow for bar in chart.bars] == [False, False, False, True]
    assert (chart.title, chart.usual, chart.usual_height) == ("rehearse vagrant", 56, 56)


def test_page_links_each_run_and_flags_what_is_slow() -> None:
    entries = [replace(run(9, 100), app="shop", commit="c0ffee", subject="<Tea>"), *USUAL]

    text = history_page.render(TEMPLATES, entries)

    assert text.count('href="2026-9/index.html"') == 2, "in the chart and in the table"
    assert "Runs of shop" in text
    assert "&lt;Tea&gt;" in text
    assert text.count(">slower<") == 1
    assert "4 of the 4 that are kept passed" in text


def test_page_without_any_run_says_so() -> None:
    assert "0 of the 0" in history_page.render(TEMPLATES, [])
