"""The suites of tests on the page: each host of several has its own; equal ones are shown together. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from understudy.report.record import Counts, Record, Verdict
from understudy.report.summary import TestRow

Names = Mapping[str, str]


@dataclass(frozen=True)
class Suite:
    """kind: such as host or browser. address: of its host, "" if the target has only one."""

    kind: str
    address: str = ""

    def title(self, names: Names) -> str:
        """names: of Record.host_names()."""
        of = f" of {names[self.address]}" if self.address else ""
        return f"{self.kind} tests{of}"


@dataclass(frozen=True)
class FailedTest:
    """A test that failed for the same reason in several suites. rows: one of each, the first is shown."""

    kind: str
    rows: Sequence[tuple[str, TestRow]]

    @property
    def row(self) -> TestRow:
        return self.rows[0][1]

    @property
    def hosts(self) -> Sequence[tuple[str, TestRow]]:
        """Each by its address; none if the target has only one."""
        return [(address, row) for address, row in self.rows if address]


@dataclass(frozen=True)
class KindCounts:
    """The results of all suites of a kind. hosts: how many, 0 if the target has only one."""

    kind: str
    counts: Counts
    hosts: int


def suite_of(name: str, names: Names) -> Suite:
    """name: as in the attachment "tests", where it ends with the address of the host."""
    kind, _, address = name.rpartition(" ")
    return Suite(kind, address) if address in names else Suite(name)


def failed_tests(rows: Iterable[TestRow], names: Names) -> Sequence[FailedTest]:
    """Those that failed, each once, in their order."""
    found: dict[tuple[str, ...], list[tuple[str, TestRow]]] = {}
    for row in rows:
        if row.assertion:
            suite, why = suite_of(row.suite, names), row.assertion
            reason = why.message.replace(suite.address, "") if suite.address else why.message
            key = (suite.kind, row.name, why.place, reason)
            found.setdefault(key, []).append((suite.address, row))
    return [FailedTest(key[0], same) for key, same in found.items()]


def by_kind(record: Record) -> Sequence[KindCounts]:
    """In the order of the suites."""
    found: dict[str, list[tuple[Suite, Counts]]] = {}
    for name, counts in record.test_counts().items():
        suite = suite_of(name, record.host_names())
        found.setdefault(suite.kind, []).append((suite, counts))
    return [
        KindCounts(
            kind,
            sum((counts for _, counts in suites), Counts()),
            sum(bool(suite.address) for suite, _ in suites),
        )
        for kind, suites in found.items()
    ]


def sentence(record: Record, failed: Sequence[FailedTest], time: str) -> str:
    """Below the verdict, if one test is all that failed, and it failed on several hosts; else ""."""
    if record.verdict is not Verdict.FAILED or len(failed) != 1 or len(failed[0].hosts) < 2:
        return ""
    return f"One test failed on {len(failed[0].hosts)} hosts, after {time}."
