"""What is told reaches its reader as it is."""

import io
import json

import pytest

from understudy.errors import Refused, StepFailed
from understudy.report import JsonReport, TextReport

NASTY = ["[bold]x[/bold]", "[/]", "[/tmp/x] y", "ends in \\", ":key: in a log", "1.2 'quoted' {}"]


@pytest.mark.parametrize("text", NASTY)
def test_text_is_told_as_it_is(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    report = TextReport()

    report.say(text)
    report.warn(text)
    with report.step(text):
        report.detail(text)

    out, err = capsys.readouterr()
    said, detail, step = out.splitlines()
    assert (said, detail, err) == (text, f"  {text}", f"! {text}\n")
    assert step.startswith(f"✓ {text} ")


@pytest.mark.parametrize("text", NASTY)
def test_error_has_all_its_parts_on_standard_error(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    TextReport().error(StepFailed(text, f"{text}\nsecond line", text))

    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [f"error: {text}", f"  {text}", "  second line", f"try: {text}"]


def test_long_line_is_not_broken(capsys: pytest.CaptureFixture[str]) -> None:
    """A log or a command that was cut could not be searched for or copied."""
    TextReport().say("word " * 200)

    assert len(capsys.readouterr().out.splitlines()) == 1


def test_step_that_fails_is_told_and_raises(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), TextReport().step("migrate"):
        raise KeyboardInterrupt

    assert capsys.readouterr().out.startswith("✗ migrate ")


def test_no_colour_where_none_is_wanted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")

    TextReport().error(Refused("no", hint="later"))

    assert "\x1b[3" not in capsys.readouterr().err


def test_terminal_has_colour(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)

    TextReport().error(Refused("no", hint="later"))

    assert "\x1b[36mtry:" in capsys.readouterr().err


def test_json_is_one_object_a_line_whatever_is_told() -> None:
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
