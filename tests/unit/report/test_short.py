"""What `-q` prints of an answer."""

import pytest

from tests.unit.event_schema import examples
from understudy.errors import NotWell
from understudy.report.terminal import TextReport

ANSWERS = {one["event"]: one for one in examples()}


def printed(event: str, verbosity: int, capsys: pytest.CaptureFixture[str]) -> str:
    TextReport(verbosity).result(event, ANSWERS[event], "the whole\nanswer")
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("event", "shown"),
    [("plan", "production: 1 step\n"), ("status", ""), ("releases", "the whole\nanswer\n")],
)
def test_answer_is_as_short_as_it_can_be(
    event: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert printed(event, -1, capsys) == shown
    assert printed(event, 0, capsys) == "the whole\nanswer\n"


def test_plan_with_nothing_to_do_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    TextReport(-1).result("plan", {**ANSWERS["plan"], "steps": []}, "nothing to do")

    assert capsys.readouterr().out == "nothing to do\n"


def test_problems_of_a_site_are_in_the_error_that_follows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = TextReport(-1)
    report.result("status", ANSWERS["status"], "all of it")
    report.error(NotWell("production is not well: worker keeps ending"))

    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "result: production is not well: worker keeps ending\n")
