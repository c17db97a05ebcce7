"""The page of several hosts: what failed on all of them is shown once, and their suites are one figure."""

from dataclasses import replace
from typing import Any

from tests.unit.records import (
    EMPTY,
    FAILED,
    HOST_NAMES,
    HOSTS,
    PORTS,
    SEVERAL_FAILED,
    SEVERAL_TESTED,
    results_of,
)
from tests.unit.report.test_page import TIMELINE, page
from understudy.report import suites, summary
from understudy.report.record import Counts, Record, Verdict
from understudy.report.suites import FailedTest, KindCounts, Suite


def failed(record: Record) -> list[FailedTest]:
    return list(suites.failed_tests(summary.test_rows(record), record.host_names()))


def with_tests(**tests: Any) -> Record:
    shown = {name.replace("_", " ", 1): rows for name, rows in tests.items()}
    return replace(
        SEVERAL_TESTED, attachments={"hosts": {"a": "a (web)", "b": "b (web)"}, "tests": shown}
    )


def test_one_failure_of_several_hosts_is_one_with_their_addresses() -> None:
    [found] = failed(SEVERAL_TESTED)

    assert (found.kind, found.row.name) == ("host", PORTS["name"])
    assert [host for host, _ in found.hosts] == list(HOSTS)


def test_another_reason_or_another_suite_is_another_failure() -> None:
    other = [{**one, "text": "E   AssertionError: sshd listens"} for one in results_of("b")]

    found = failed(with_tests(host_a=results_of("a"), host_b=other, browser_a=results_of("a")))

    assert [(one.kind, [host for host, _ in one.hosts]) for one in found] == [
        ("host", ["a"]),
        ("host", ["b"]),
        ("browser", ["a"]),
    ]


def test_suites_of_hosts_are_counted_together() -> None:
    assert suites.by_kind(
        with_tests(host_a=results_of("a"), host_b=results_of("b"), page_a=[])
    ) == [
        KindCounts("host", Counts(6, 2), 2),
        KindCounts("page", Counts(), 1),
    ]
    assert [(one.kind, one.hosts) for one in suites.by_kind(FAILED)] == [("browser", 0)]


def test_a_suite_is_titled_with_its_host() -> None:
    names = {"a": "a (web)"}
    assert suites.suite_of("host a", names).title(names) == "host tests of a (web)"
    assert suites.suite_of("own host", names) == Suite("own host")
    assert Suite("own host").title(names) == "own host tests"


def test_the_sentence_counts_one_test_once() -> None:
    assert suites.sentence(SEVERAL_TESTED, failed(SEVERAL_TESTED), "5 s") == (
        "One test failed on 3 hosts, after 5 s."
    )
    interrupted = replace(SEVERAL_TESTED, verdict=Verdict.INTERRUPTED)
    assert suites.sentence(interrupted, failed(SEVERAL_TESTED), "5 s") == ""
    assert suites.sentence(FAILED, failed(FAILED), "5 s") == ""
    assert suites.sentence(EMPTY, [], "5 s") == ""


def test_the_first_screen_shows_an_equal_failure_once_and_no_steps_that_passed_if_none_did() -> (
    None
):
    first = page(SEVERAL_TESTED).partition(TIMELINE)[0]

    assert first.count('class="failing"') == 1
    assert all(f">{name}</a>" in first for name in HOST_NAMES.values())
    assert "One test failed on 3 hosts" in first
    assert "more failed" not in first
    assert 'host <span class="faint">9 passed, 3 failed, on 3 hosts' in first
    assert "0 <span" not in first
    assert '3<span class="unit"> steps failed</span>' in first
    assert first.count("rpcbind listens at port 111") == 1 + len(HOSTS), "once, and in the details"


def test_below_it_each_host_has_its_test_and_the_first_is_open() -> None:
    rest = page(SEVERAL_TESTED).partition('id="tests"')[2]

    assert rest.count('<details class="step failed" open>') == 1
    assert rest.count('<details class="step failed">') == 2
    assert all(f"<h3>Host tests of {name}</h3>" in rest for name in HOST_NAMES.values())


def test_what_the_sentence_says_is_not_said_again_below_it() -> None:
    first = page(SEVERAL_FAILED).partition(TIMELINE)[0].partition("<h1>")[2]

    assert SEVERAL_FAILED.error
    assert first.count(SEVERAL_FAILED.error.summary) == 1
    assert "the app does not start" in first
