"""A forwarding report hands on each call, and none twice."""

from tests.unit.fakes import FakeReport
from understudy.errors import StepFailed
from understudy.report.forwarding import Call, ForwardingReport


def test_every_call_is_passed_on() -> None:
    calls: list[Call] = []
    front, behind = ForwardingReport(calls.append), FakeReport()
    failed = StepFailed("failed")

    with front.phase("up", "The VM"), front.step("restore"):
        front.detail("a detail")
        front.test_failed("test_it.py::test_one", "assert 0")
    front.skipped("data", "Data", "none")
    front.say("said")
    front.warn("warned")
    front.attach("drift", [])
    front.ran("true", "", 0.1, ok=True)
    front.error(failed)
    front.expect(7)
    front.about("another host")

    assert (behind.said, behind.steps) == ([], [])
    for call in calls:
        call(behind)
    assert behind.phases == [("up", "passed"), ("data", "skipped, none")]
    assert behind.steps == [("restore", True)]
    assert behind.details == ["a detail", "failed: test_it.py::test_one: assert 0"]
    assert (behind.said, behind.warnings) == (["said"], ["warned"])
    assert (behind.attached, behind.errors, behind.expected) == ({"drift": []}, [failed], [7])
    assert behind.commands == [("true", "", True)]
    assert behind.host == ""
