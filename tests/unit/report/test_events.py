"""What is told reaches its reader as it is."""

import io
import json
import re

import pytest

from understudy.errors import Refused, StepFailed
from understudy.report.events import JsonReport, Report, TextReport

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


HOSTILE = "\x1b]0;owned\x07a\x1b]52;c;cm0=\x07b\x1b[2J\x9b2Jc\x07\x08"


def everything(report: Report, text: str) -> None:
    """All ways in which a text can be told."""
    for host in ("", text):
        report.about(host)
        report.phase_started(text, text)
        with report.step(text):
            report.detail(text)
        report.detail(text)
        report.say(text)
        report.warn(text)
        report.skipped(text, text, text)
        report.ran(text, text, 1.0, ok=False)
        report.attach(text, {text: [text]})
        report.error(StepFailed(text, text, text, text))
        report.phase_ended(text, 1.0, ok=True)


@pytest.mark.parametrize("kind", [TextReport, JsonReport])
def test_nothing_of_an_app_or_a_host_steers_the_terminal(
    kind: type[Report], capsys: pytest.CaptureFixture[str]
) -> None:
    everything(kind(), HOSTILE)

    shown = "".join(capsys.readouterr())
    texts = shown if kind is TextReport else "".join(map(repr, map(json.loads, shown.splitlines())))
    assert "ab" in texts
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]|owned|cm0=", texts)
    assert not re.search(r"\\x[0189]|u00[0189]", texts), "they are not even there escaped"


def test_nor_does_it_where_there_is_colour(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)

    everything(TextReport(), HOSTILE)

    shown = re.sub(r"\x1b\[[0-9;]*[mKA]|\x1b\[\?25[hl]|\r", "", "".join(capsys.readouterr()))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]|owned|cm0=", shown)


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
