"""Events keep their texts as they are, without anything that could steer a terminal."""

import io
import json
import re

import pytest

from tests.unit.report.hostile import HOSTILE, report_everything
from understudy.errors import Refused
from understudy.report.events import JsonReport, Report
from understudy.report.terminal import TextReport


@pytest.mark.parametrize("kind", [TextReport, JsonReport])
def test_nothing_of_an_app_or_a_host_steers_the_terminal(
    kind: type[Report], capsys: pytest.CaptureFixture[str]
) -> None:
    report_everything(kind(), HOSTILE)

    shown = "".join(capsys.readouterr())
    texts = shown if kind is TextReport else "".join(map(repr, map(json.loads, shown.splitlines())))
    assert "ab" in texts
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]|owned|cm0=", texts)
    assert not re.search(r"\\x[0189]|u00[0189]", texts), "not even as escapes"


def test_json_is_one_object_per_line_for_any_text() -> None:
    out = io.StringIO()
    report = JsonReport(out)

    report.say('two\nlines "quoted" ä')
    report.detail("x")
    with pytest.raises(ValueError), report.step("a step"):
        raise ValueError
    report.error(Refused("no", "why", "later"))

    events = [json.loads(line) for line in out.getvalue().splitlines()]
    kinds = [event["event"] for event in events]
    assert kinds == ["message", "detail", "started", "ended", "error"]
    assert events[0]["text"] == 'two\nlines "quoted" ä'
    assert events[3]["ok"] is False
    assert events[4] == {
        "event": "error",
        "summary": "no",
        "cause": "",
        "details": "why",
        "hint": "later",
        "exit_code": 3,
    }
