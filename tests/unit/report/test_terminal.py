"""A terminal shows each text as it is, and has colour only where it is wanted."""

import re

import pytest

from tests.unit.report.hostile import HOSTILE, report_everything
from understudy.errors import ConfigError, Refused, StepFailed, WouldChange
from understudy.report.terminal import TextReport

NASTY = ["[bold]x[/bold]", "[/]", "[/tmp/x] y", "ends in \\", ":key: in a log", "1.2 'quoted' {}"]


@pytest.mark.parametrize("text", NASTY)
def test_a_text_is_shown_as_it_is(text: str, capsys: pytest.CaptureFixture[str]) -> None:
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
def test_an_error_is_shown_with_all_its_parts_on_standard_error(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    TextReport().error(StepFailed(text, f"{text}\nsecond line", text))

    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [f"error: {text}", f"  {text}", "  second line", f"try: {text}"]


def test_in_colour_nothing_of_an_app_or_a_host_steers_the_terminal_either(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)

    report_everything(TextReport(), HOSTILE)

    shown = re.sub(r"\x1b\[[0-9;]*[mKA]|\x1b\[\?25[hl]|\r", "", "".join(capsys.readouterr()))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]|owned|cm0=", shown)


def test_a_long_line_is_not_wrapped(capsys: pytest.CaptureFixture[str]) -> None:
    """A wrapped log line or command can't be searched for or copied."""
    TextReport().say("word " * 200)

    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_step_that_fails_is_shown_and_raises(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), TextReport().step("migrate"):
        raise KeyboardInterrupt

    assert capsys.readouterr().out.startswith("✗ migrate ")


def test_no_color_is_honoured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")

    TextReport().error(Refused("no", hint="later"))

    assert "\x1b[3" not in capsys.readouterr().err


def test_a_terminal_gets_colour(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)

    TextReport().error(Refused("no", hint="later"))

    assert "\x1b[36mtry:" in capsys.readouterr().err


def test_details_of_a_whole_failed_suite_are_shortened_in_the_middle(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def shown(lines: int, verbosity: int) -> list[str]:
        details = "\n".join(map(str, range(lines)))
        TextReport(verbosity).error(StepFailed("the browser tests failed", details))
        return [line.strip() for line in capsys.readouterr().err.splitlines()[1:]]

    assert shown(17, 0) == [str(line) for line in range(17)]
    assert shown(600, 0)[2:5] == ["2", "… 585 lines left out: -v shows more …", "588"]
    assert shown(120, 1) == [str(line) for line in range(120)]
    assert shown(600, 1)[38:42] == ["38", "39", "… 480 lines left out: -v shows more …", "520"]
    assert shown(600, 1)[-1] == "599"


PRINTED = """\
E   AssertionError: port 6379 is open
=========================== short test summary info ============================
  FAILED tests/host/test_ports.py::test_open[a - b] - AssertionError: port 6379...
ERROR tests/host/test_ports.py::test_other
1 failed, 3 passed, 1 error in 2.10s"""


@pytest.mark.parametrize("in_phase", [False, True])
def test_failed_test_is_shown_with_its_reason_at_once_and_not_again_in_the_summary(
    in_phase: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also in a rehearsal, which shows a line for each phase."""
    report = TextReport()
    if in_phase:
        report.phase_started("host-tests", "host tests")
    report.started("run the host tests")
    report.test_failed("test_ports.py::test_open[a - b]", "port 6379 is open")

    assert capsys.readouterr().out == "✗ test_ports.py::test_open[a - b]: port 6379 is open\n"
    report.test_failed("test_ports.py::test_other", "no ss")
    report.error(StepFailed("the host tests failed", PRINTED))
    assert capsys.readouterr().err.splitlines()[1:] == [
        "  E   AssertionError: port 6379 is open",
        "  1 failed, 3 passed, 1 error in 2.10s",
    ]


def test_summary_of_tests_that_were_not_shown_stays(capsys: pytest.CaptureFixture[str]) -> None:
    report = TextReport(-1)
    report.test_failed("test_ports.py::test_other", "no ss")
    report.error(StepFailed("the host tests failed", PRINTED))

    out, err = capsys.readouterr()
    assert (out, "ERROR tests/host/test_ports.py::test_other" in err) == ("", True)


def test_lines_of_pythons_import_give_way_to_those_of_the_app(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = [f"app {n}" for n in range(10)]
    lines += [f'  File "<frozen importlib._bootstrap>", line {n}, in _load' for n in range(10)]
    TextReport().error(StepFailed("migrate: failed", "\n".join([*lines, "KeyError"])))

    shown = [line.strip() for line in capsys.readouterr().err.splitlines()[1:]]
    assert shown == [*lines[:3], "… 10 lines left out: -v shows more …", *lines[3:10], "KeyError"]


def test_check_that_worked_does_not_end_with_the_word_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    TextReport().error(WouldChange("box: provisioning would change the host (2 changes)"))

    assert capsys.readouterr().err.startswith("result: box: ")


def test_each_mistake_in_deploy_yml_is_shown_however_many(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = [f"deploy.yml:{line}: app.key{line}: unknown key" for line in range(1, 200)]

    TextReport().error(ConfigError("deploy.yml has 199 mistakes", details="\n".join(lines)))

    assert [line.strip() for line in capsys.readouterr().err.splitlines()[1:]] == lines
