"""Events keep their texts as they are, without anything that could steer a terminal."""

import io
import json
import re
from datetime import UTC, datetime

import pytest

from tests.unit.report.hostile import HOSTILE, report_everything
from understudy.errors import Refused
from understudy.local.share import Share
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
        "schema": 1,
        "time": events[4]["time"],
        "summary": "no",
        "cause": "",
        "details": "why",
        "hint": "later",
        "exit_code": 3,
    }


def test_an_answer_is_fields_for_programs_and_no_sentence() -> None:
    out = io.StringIO()
    at = datetime(2026, 3, 1, 12, 4, 5, 678_901, tzinfo=UTC)

    JsonReport(out, lambda: at).result("secrets", {"target": "a", "host": "b", "names": []}, "")

    assert json.loads(out.getvalue()) == {
        "event": "secrets",
        "schema": 1,
        "time": "2026-03-01T12:04:05.678Z",
        "target": "a",
        "host": "b",
        "names": [],
    }


def test_an_answer_is_its_text_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    TextReport().result("backups", {"target": "a", "backups": []}, "a has no backup")

    assert capsys.readouterr().out == "a has no backup\n"


def test_each_object_has_the_time_now() -> None:
    out = io.StringIO()
    before = datetime.now(UTC)

    JsonReport(out).say("x")

    time = datetime.fromisoformat(json.loads(out.getvalue())["time"])
    assert abs((time - before).total_seconds()) < 5


def test_how_far_a_step_is_is_one_object_a_second_and_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out, times = io.StringIO(), iter((100.0, 100.5, 101.1, 101.2, 101.3))
    monkeypatch.setattr("time.monotonic", lambda: next(times))
    report = JsonReport(out)
    for done in (1, 2, 3, 4):
        report.progress(Share(done, 4))
    report.branch("packages")
    report.progress(Share(1, None))

    events = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(event["event"], event["done"], event["total"]) for event in events] == [
        ("progress", 1, 4),
        ("progress", 3, 4),
        ("progress", 4, 4),
        ("progress", 1, None),
    ]
    assert events[0]["unit"] == "bytes"
