"""A terminal shows a running step with the last lines of its output."""

import io
import json
import re

import pytest

from understudy.report.events import JsonReport
from understudy.report.live import Live
from understudy.report.terminal import TextReport


def test_the_last_lines_are_shown_below_the_title_each_in_one_line() -> None:
    live = Live("migrate")
    for line in ("one", "two\n", "", "a\rb", "x" * 100):
        live.add(line)

    assert live.lines(20) == f"    a\n    b\n    {'x' * 15}…"


def test_output_cannot_steer_the_terminal() -> None:
    live = Live("migrate")
    live.add("\x1b]0;title\x07red\x1b[31m")

    assert live.lines(80) == "    red"


@pytest.mark.parametrize("columns", [40, 80])
def test_title_and_clock_share_a_line_and_output_has_the_whole_width(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(columns))
    report = TextReport()
    with report.step(f"manage.py migrate, {'x' * 100}"):
        report.output("a" * 100)

    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capsys.readouterr().out).replace("\r", "\n")
    shown = [line.rstrip() for line in text.splitlines()]
    assert any(re.search(r"manage\.py migrate, x+… 0:00:\d\d$", line) for line in shown), shown
    assert f"    {'a' * (columns - 5)}…" in shown
    # But for the line of the ended step, which is kept and may wrap.
    assert max(len(line) for line in shown if "✓" not in line) <= columns


def test_without_a_terminal_output_is_not_shown_but_long_silence_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = TextReport()
    with report.step("migrate"):
        report.output("Applying lists.0001")
        report.detail("no output for 60 s: python manage.py migrate")

    first, second = capsys.readouterr().out.splitlines()
    assert first == "  no output for 60 s: python manage.py migrate"
    assert second.startswith("✓ migrate ")


def test_with_json_each_line_is_an_event() -> None:
    out = io.StringIO()

    JsonReport(out).output("Applying lists.0001")

    written = json.loads(out.getvalue())
    assert (written["event"], written["text"]) == ("output", "Applying lists.0001")
