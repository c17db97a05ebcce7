"""What a phase has counted, in a few words."""

from dataclasses import asdict
from typing import Any

import pytest

from understudy.report.phase_results import PhaseResults
from understudy.traffic.task_count import TaskCount

TESTS = {"page": [{"outcome": "passed"}], "browser": [{"outcome": "error"}, {"outcome": "skipped"}]}


@pytest.mark.parametrize(
    ("attachments", "words"),
    [
        ([], ""),
        (
            [("tests", TESTS), ("tests", {"host": [{"outcome": "passed"}]})],
            "2 passed, 1 failed, 1 skipped",
        ),
        ([("probes", [{"sent": 288, "lost": 0}])], "288 requests, 0 lost"),
        (
            [("migrations", [["a", "0002", "applied"]]), ("probes", [{"sent": 9, "lost": 1}])],
            "1 migration, 9 requests, 1 lost",
        ),
        ([("tasks counted", asdict(TaskCount(40, ("a",), ("b", "c"))))], "40 tasks, 37 done once"),
        ([("receipt", {})], ""),
    ],
)
def test_only_what_is_counted_is_shown(attachments: list[tuple[str, Any]], words: str) -> None:
    results = PhaseResults("deploy")
    for name, value in attachments:
        results.attach(name, value)

    assert str(results) == words
