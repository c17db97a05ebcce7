"""A terminal shows a running step with the last lines of its output."""

import io
import json

import pytest

from understudy.report.events import JsonReport
from understudy.report.live import Live
from understudy.report.terminal import TextReport


def test_the_last_lines_are_shown_below_the_title_each_in_one_line() -> None:
    live = Live("migrate")
    for line in ("one", "two\n", "", "a\rb", "x" * 100):
        live.add(line)

    assert live.shown(20) == f"migrate\n    a\n    b\n    {'x' * 19}…"


def test_output_cannot_steer_the_terminal() -> None:
    live = Live("migrate")
    live.add("\x1b]0;title\x07red\x1b[31m")

    assert live.shown(80) == "migrate\n    red"


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

    assert json.loads(out.getvalue()) == {"event": "output", "text": "Applying lists.0001"}
