"""The sentence below the verdict claims no more than what ran, and tests and pictures find each other."""

from dataclasses import replace

import pytest

from tests.unit.records import EMPTY, FAILED, HOST_NAMES, PASSED, SEVERAL_FAILED
from understudy.report import summary
from understudy.report.record import Failure, Record, State, Verdict
from understudy.report.summary import TestRow

ALL = replace(
    PASSED,
    phases=tuple(phase for phase in PASSED.phases if phase.state is State.PASSED),
    attachments={"tests": {"host": PASSED.attachments["tests"]["host"][:1]}},
)


def test_everything_passed_only_if_nothing_was_skipped() -> None:
    assert summary.sentence(ALL) == "Everything passed in 1 min 57 s."


@pytest.mark.parametrize(
    "record", [replace(ALL, phases=PASSED.phases), replace(ALL, attachments=PASSED.attachments)]
)
def test_skipped_phases_and_skipped_tests_are_named(record: Record) -> None:
    assert "Everything" not in summary.sentence(record)
    assert summary.sentence(record).endswith("was skipped.")


def test_warnings_are_counted() -> None:
    warned = replace(ALL, warnings=("one", "two", "one"))
    assert summary.sentence(warned) == "Everything passed in 1 min 57 s, with 2 warnings."


def test_failed_tests_are_counted_before_any_cause() -> None:
    assert summary.sentence(FAILED) == "1 of 1 test failed, after 57 s."


def test_failure_without_a_failed_test_is_its_cause() -> None:
    record = replace(FAILED, attachments={})
    assert summary.sentence(record) == "the app imports markdown, which its lock file doesn't have"
    broken = replace(record, error=None)
    assert summary.sentence(broken).startswith("Understudy itself failed")
    assert "continues where it stopped" in summary.sentence(EMPTY)


def test_of_several_hosts_the_sentence_says_what_failed_where() -> None:
    first, second, proxy = HOST_NAMES.values()
    details = f"{first}: stopped: {second} failed\n{second}: failed: it is not healthy\n  a line"
    record = replace(SEVERAL_FAILED, error=Failure(f"production: {second} failed", details=details))
    assert summary.sentence(record) == f"{second}: it is not healthy"

    def sentence(more: str) -> str:
        error = Failure("production failed", details=f"{details}\n{more}")
        return summary.sentence(replace(record, error=error))

    assert (
        sentence(f"{proxy}: failed: it is not healthy") == f"{second}, {proxy}: it is not healthy"
    )
    assert sentence(f"{proxy}: failed: no space") == "production failed"


def test_tests_of_one_name_have_separate_ids() -> None:
    test = {"name": "test_x[a/b]", "outcome": "passed", "seconds": 1, "message": ""}
    record = replace(EMPTY, attachments={"tests": {"host": [test, test], "page": [test]}})

    ids = [row.id for row in summary.test_rows(record)]

    assert ids == ["test-host-test_x-a-b-", "test-host-test_x-a-b---2", "test-page-test_x-a-b-"]


@pytest.mark.parametrize("name", ["test_x-1.5-", "test_x-1.5-.1", "test_x-1.5-.second.2"])
def test_picture_is_of_the_test_whose_name_it_begins_with(name: str) -> None:
    rows = summary.by_picture(rows_of("test_x", "test_x[1.5]"))

    found = summary.test_of(name, rows)

    assert found
    assert found.name == "test_x[1.5]"
    assert summary.test_of("test_other", rows) is None


def rows_of(*names: str) -> list[TestRow]:
    tests = [{"name": name, "outcome": "passed", "seconds": 1, "message": ""} for name in names]
    return summary.test_rows(replace(EMPTY, attachments={"tests": {"page": tests}}))


def test_each_of_the_tests_of_one_name_has_its_own_picture() -> None:
    rows = summary.by_picture(rows_of("test_x[a/b]", "test_y", "test_x[a b]", "test_x[a/b]"))

    found = [summary.test_of(f"test_x-a-b-{end}", rows) for end in ("", "--2", "--3", "--2.1")]

    assert [row.data["name"] for row in found if row] == [
        "test_x[a/b]",
        "test_x[a b]",
        "test_x[a/b]",
        "test_x[a b]",
    ]


def test_error_that_is_none_of_the_failed_tests_is_shown_beside_them() -> None:
    rows = summary.test_rows(FAILED)
    own = Failure("the browser tests failed", details="FAILED test_logo[1.5] - assert 0 > 0")

    assert summary.other_failure(FAILED, rows) == FAILED.error
    assert summary.other_failure(replace(FAILED, error=own), rows) is None
    assert summary.other_failure(replace(FAILED, error=None, verdict=Verdict.FAILED), rows) is None
