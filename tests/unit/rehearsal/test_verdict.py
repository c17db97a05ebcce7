"""The verdict as a line for people and as fields for programs."""

from collections.abc import Mapping

from understudy.rehearsal.phases import NAMES, Outcome
from understudy.rehearsal.verdict import Verdict

PASSED: Mapping[str, Outcome] = dict.fromkeys(NAMES, Outcome.PASSED)


def verdict(
    outcomes: Mapping[str, Outcome],
    seconds: float,
    where: str = "",
    failed: Mapping[str, str] | None = None,
) -> Verdict:
    return Verdict.of("vagrant", "c0ffee", seconds, where, outcomes, failed or {})


def test_verdict_names_what_was_skipped() -> None:
    incomplete = {**PASSED, "baseline": Outcome.UNAVAILABLE, "rollback": Outcome.UNAVAILABLE}
    skipped = "verdict: READY after 98 s; skipped: baseline, rollback"
    assert verdict(PASSED, 98.4).text() == "verdict: READY after 98 s"
    assert verdict(PASSED, 98.4, "a container").text() == "verdict: READY after 98 s in a container"
    assert verdict(incomplete, 98.4).text() == skipped


def test_rehearsal_that_left_out_a_phase_is_not_ready() -> None:
    part = {**PASSED, "reset": Outcome.LEFT_OUT, "data": Outcome.UNAVAILABLE}
    assert verdict(part, 20).text() == "verdict: PASSED IN PART after 20 s; skipped: reset, data"


def test_failed_rehearsal_has_the_cause_of_its_first_phase_that_failed() -> None:
    outcomes = {"up": Outcome.PASSED, "edge": Outcome.FAILED, "deploy": Outcome.WARNED}

    found = verdict(outcomes, 9.87, failed={"edge": "no answer", "deploy": "no markdown"})

    assert found.text() == "", "its error says it"
    assert found.line == "verdict: NOT READY after 10 s: deploy, edge failed"
    assert found.fields() == {
        "verdict": "NOT READY",
        "target": "vagrant",
        "commit": "c0ffee",
        "seconds": 9.9,
        "where": "",
        "phases": {"up": "passed", "deploy": "warned", "edge": "failed"},
        "failed": ["deploy", "edge"],
        "skipped": [],
        "cause": "no markdown",
        "tasks_counted": True,
    }


def test_tasks_that_were_not_counted_are_in_the_line() -> None:
    found = Verdict.of("vagrant", "c0ffee", 9, "", PASSED, {}, tasks_counted=False)

    assert found.text() == "verdict: READY after 9 s; verify.tasks were not counted"
