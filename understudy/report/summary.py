"""A record -> the first screen of its page: a sentence, figures, the tests that failed. Pure."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from understudy.local.numbers import number_of
from understudy.report.assertion import Assertion, assertion
from understudy.report.graph import duration
from understudy.report.record import Counts, Failure, Record, State, Verdict


@dataclass(frozen=True)
class TestRow:
    """A test on the page. id: of its part. data: as in the attachment "tests". assertion: if it failed.

    picture: the name of its screenshot, as testing/kept.py names it: it numbers tests whose names are the same.
    """

    __test__ = False

    id: str
    suite: str
    data: Mapping[str, Any]
    assertion: Assertion | None
    picture: str

    @property
    def name(self) -> str:
        return str(self.data["name"])


def all_tests(record: Record) -> Counts:
    return sum(record.test_counts().values(), Counts())


def test_rows(record: Record) -> list[TestRow]:
    """All tests, in their order. Two tests of one name have separate ids."""
    taken: Counter[str] = Counter()
    return [
        TestRow(
            _numbered(file_name(f"test-{suite}-{test['name']}"), taken),
            suite,
            test,
            assertion(test) if test["outcome"] in ("failed", "error") else None,
            _numbered(file_name(test["name"]), pictures),
        )
        for suite, tests in (record.attachments.get("tests") or {}).items()
        for pictures in (Counter[str](),)
        for test in tests
    ]


def _numbered(name: str, taken: Counter[str]) -> str:
    taken[name] += 1
    return name if taken[name] == 1 else f"{name}--{taken[name]}"


def other_failure(record: Record, failed: Sequence[TestRow]) -> Failure | None:
    """The first error that is none of these tests; None if they are all that failed."""
    of_phases = [phase.error for phase in record.phases if phase.state is State.FAILED]
    names = [row.name for row in failed]
    found = [error for error in of_phases if error] or ([record.error] if record.error else [])
    others = (error for error in found if not any(name in error.details for name in names))
    return next(others, None)


def file_name(test: str) -> str:
    return re.sub(r"[^\w.-]+", "-", test)


def by_picture(tests: Sequence[TestRow]) -> Mapping[str, TestRow]:
    """Of two suites with a test of one name that which failed."""
    return {row.picture: row for row in sorted(tests, key=lambda row: row.assertion is not None)}


def test_of(picture: str, tests: Mapping[str, TestRow]) -> TestRow | None:
    """The test that a picture is of, by its name: a test has one for each page, and for each browser.

    tests: of by_picture(). None if there is none, as of a suite that was not recorded.
    """
    base = picture
    while base not in tests and "." in base:
        base = base.rpartition(".")[0]
    return tests.get(base)


def sentence(record: Record) -> str:
    """The sentence below the verdict."""
    time, tests = duration(record.seconds), all_tests(record)
    if record.verdict is Verdict.PASSED:
        return _sentence_if_passed(record, time, tests.skipped)
    if record.verdict is Verdict.INTERRUPTED:
        return f"The run was interrupted after {time}; the same command continues where it stopped."
    if tests.failed:
        whole = tests.passed + tests.failed
        return f"{tests.failed} of {number_of(whole, 'test')} failed, after {time}."
    if record.error is None:
        return f"Understudy itself failed after {time}; the terminal shows the traceback."
    return record.error.cause or _of_hosts(record, record.error) or record.error.summary


def _of_hosts(record: Record, error: Failure) -> str:
    """What failed on several hosts, if the details have the same for each that failed: host/batches.py."""
    reasons: dict[str, list[str]] = {}
    for line in error.details.splitlines():
        host, failed, reason = line.partition(": failed: ")
        if failed and host in record.host_names().values():
            reasons.setdefault(reason, []).append(host)
    if len(reasons) != 1:
        return ""
    [(reason, hosts)] = reasons.items()
    return f"{', '.join(hosts)}: {reason}"


def _sentence_if_passed(record: Record, time: str, skipped_tests: int) -> str:
    phases = len(record.skipped_phases())
    counts = ((phases, "phase"), (skipped_tests, "test"))
    skipped = " and ".join(number_of(number, word) for number, word in counts if number)
    warnings = len(set(record.warnings))
    warned = f", with {number_of(warnings, 'warning')}" if warnings else ""
    if not skipped:
        return f"Everything passed in {time}{warned}."
    were = "was" if phases + skipped_tests == 1 else "were"
    return f"All that ran passed in {time}{warned}; {skipped} {were} skipped."
