"""What is printed of a run at each verbosity, on a terminal and in a log; colour only where it is wanted."""

import io
import re
from contextlib import suppress

import pytest

from tests.unit.report.terminals import screen
from understudy.errors import StepFailed
from understudy.local.share import Share
from understudy.report.events import Report
from understudy.report.terminal import TextReport

QUIET, USUAL, VERBOSE = -1, 0, 1
DETAIL = "  deploy@192.0.2.7 $ nginx -t"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)


def deploy(report: Report) -> None:
    with report.step("upload the release"):
        report.detail(DETAIL.strip())
        report.progress(Share(12_000_000, 12_000_000))
        report.say("  a note of the step")
    report.warn("a warning")
    report.say("154e3199 is live on box")
    report.result("deployed", {}, "an answer")


def rehearse(report: Report) -> None:
    report.skipped("data", "load the data", "no data was pulled")
    with report.phase("deploy", "deploy under traffic"):
        with report.step("upload the release"):
            report.detail(DETAIL.strip())
        report.attach("probes", [{"sent": 288, "lost": 0}])
        report.say("154e3199 is live on vagrant")
    with suppress(StepFailed):
        _browser_tests(report)
    report.error(StepFailed("verdict: NOT READY after 12 s: browser-tests failed", cause="why"))


def _browser_tests(report: Report) -> None:
    tests = {"page": [{"outcome": "passed"}], "browser": [{"outcome": "failed"}]}
    with (
        report.phase("browser-tests", "run the browser tests"),
        report.step("run the browser tests on vagrant"),
    ):
        report.attach("tests", tests)
        raise StepFailed("one failed")


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Without the seconds; standard error comes last."""
    out, err = capsys.readouterr()
    text = re.sub(r"\b\d+\.\d s\b", "N s", "\n".join(screen(out, 80)) + "\n" + err)
    return [line for line in re.sub(r"\x1b\[[\d;]*m", "", text).splitlines() if line]


USUAL_DEPLOY = [
    "✓ upload the release N s, 12.0 MB",
    "154e3199 is live on box",
    "an answer",
    "! a warning",
]


def test_usually_each_step_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    deploy(TextReport(USUAL))

    shown = printed(capsys)
    assert shown[:2] == [DETAIL, "  a note of the step"], (
        "a log has what a terminal shows meanwhile"
    )
    assert shown[2:] == USUAL_DEPLOY


@pytest.mark.usefixtures("terminal")
def test_on_a_terminal_what_a_step_does_now_does_not_stay(
    capsys: pytest.CaptureFixture[str],
) -> None:
    deploy(TextReport(USUAL))

    assert printed(capsys) == ["  a note of the step", *USUAL_DEPLOY]


def test_quietly_there_are_warnings_and_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    deploy(TextReport(QUIET))

    assert printed(capsys) == ["154e3199 is live on box", "an answer", "! a warning"]


@pytest.mark.usefixtures("terminal")
def test_verbosely_each_command_stays(capsys: pytest.CaptureFixture[str]) -> None:
    deploy(TextReport(VERBOSE))

    assert printed(capsys) == [DETAIL, "  a note of the step", *USUAL_DEPLOY]


@pytest.mark.parametrize("on", ["a log", "a terminal"])
def test_of_many_hosts_each_has_its_answer_and_what_is_wrong(
    on: str, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    """Their steps together would be a thousand lines."""
    if on == "a terminal":
        request.getfixturevalue("terminal")
    report, many = TextReport(USUAL), [f"192.0.2.{number}" for number in range(1, 10)]
    report.hosts({host: f"{host} (web)" for host in many})
    for host in many:
        report.about(host)
        deploy(report)
        with suppress(StepFailed), report.step("drain"):
            raise StepFailed("no")
    report.about("")

    shown = printed(capsys)
    assert len(shown) == 4 * len(many)
    assert shown[:3] == [
        f"{many[0]} (web): 154e3199 is live on box",
        f"{many[0]} (web): an answer",
        f"✗ {many[0]} (web): drain N s",
    ]
    assert shown[-1] == f"! {many[-1]} (web): a warning"


def test_of_a_few_hosts_and_verbosely_of_all_each_step_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for verbosity, count in ((USUAL, 3), (VERBOSE, 64)):
        report = TextReport(verbosity)
        report.hosts({f"192.0.2.{number}": f"192.0.2.{number} (web)" for number in range(count)})
        report.about("192.0.2.1")
        deploy(report)
        assert "✓ 192.0.2.1 (web): upload the release N s, 12.0 MB" in printed(capsys)


NOT_READY = ["verdict: NOT READY after 12 s: browser-tests failed", "cause: why"]


@pytest.mark.parametrize("fixture", ["terminal", "capsys"])
def test_of_a_rehearsal_each_phase_is_a_line_with_what_it_found(
    fixture: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    request.getfixturevalue(fixture)

    rehearse(TextReport(USUAL))

    assert printed(capsys) == [
        "✓ deploy under traffic N s, 288 requests, 0 lost",
        "✗ run the browser tests on vagrant N s",
        "✗ run the browser tests N s, 1 passed, 1 failed",
        "- load the data: skipped, no data was pulled",
        *NOT_READY,
    ]


def test_of_a_quiet_rehearsal_the_verdict_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    rehearse(TextReport(QUIET))

    assert printed(capsys) == ["✗ run the browser tests on vagrant N s", *NOT_READY][1:]


def test_a_log_has_all_without_colour_whatever_the_environment_wants(
    terminal: None, capsys: pytest.CaptureFixture[str]
) -> None:
    log = io.StringIO()

    rehearse(TextReport(VERBOSE, log))

    assert printed(capsys) == []
    assert "\x1b" not in log.getvalue()
    lines = re.sub(r"\d+\.\d s", "N s", log.getvalue()).splitlines()
    assert lines == [
        "- load the data: skipped, no data was pulled",
        "==> deploy under traffic",
        DETAIL,
        "✓ upload the release N s",
        "154e3199 is live on vagrant",
        "==> run the browser tests",
        "✗ run the browser tests on vagrant N s",
        *NOT_READY,
    ]


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(
    ("name", "value"), [("TERM", "dumb"), ("TERM", "unknown"), ("NO_COLOR", "1")]
)
def test_where_colour_is_not_wanted_there_is_none(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)

    deploy(TextReport(USUAL))
    rehearse(TextReport(USUAL))

    shown = "".join(capsys.readouterr())
    assert not re.search(r"\x1b\[[\d;]*3\dm", shown)
    assert name == "NO_COLOR" or "\x1b" not in shown, "such a terminal can't move its cursor either"


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(
    ("text", "style"),
    [("verdict: READY after 9 s", "1;32"), ("verdict: PASSED IN PART after 9 s", "1;33")],
)
def test_the_verdict_is_bold(text: str, style: str, capsys: pytest.CaptureFixture[str]) -> None:
    TextReport().say(text)
    assert f"\x1b[{style}m" in capsys.readouterr().out

    TextReport().error(StepFailed("verdict: NOT READY after 9 s"))
    assert "\x1b[1;31mNOT READY" in capsys.readouterr().err

    TextReport().say("the host is READY")
    assert "\x1b" not in capsys.readouterr().out


def test_two_phases_at_once_each_count_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    report = TextReport()
    for name in ("host-tests", "browser-tests"):
        report.about("", name)
        report.phase_started(name, name)
        report.attach("tests", {name: [{"outcome": "skipped"}] * len(name)})
    report.about("", "")
    for name in ("browser-tests", "host-tests"):
        report.phase_ended(name, 1.0, ok=True)

    assert printed(capsys) == [
        "✓ browser-tests N s, 13 skipped",
        "✓ host-tests N s, 10 skipped",
    ]


def test_equal_warning_of_several_hosts_is_one_with_their_names(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = TextReport()
    report.hosts({"web1": "web1 (web, worker)", "web2": "web2 (web)", "web3": "web3 (web)"})
    report.together(3)
    for host in ("web1", "web2", "web3"):
        report.about(host)
        report.warn(f"the provisioning of shop ({host}) is out of date")
        if host != "web2":
            report.warn("its disk is slow")
    report.about("")
    shown = capsys.readouterr().err
    names = "web1 (web, worker), web2 (web), web3 (web)"
    assert shown == f"! {names}: the provisioning of shop (web1, web2, web3) is out of date\n"

    report.warn("of no host")
    report.together(0)
    report.about("web1")
    report.warn("alone")

    assert capsys.readouterr().err.splitlines() == [
        "! of no host",
        "! web1 (web, worker), web3 (web): its disk is slow",
        "! web1 (web, worker): alone",
    ]


def test_equal_answers_of_a_look_at_several_hosts_are_shown_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report, seen = (
        TextReport(),
        {"web1": "locale\ntime zone", "web2": "locale\ntime zone", "db": "none"},
    )
    report.hosts({"web1": "web1 (web)", "web2": "web2 (web)", "db": "db (database)"})
    report.together(3)
    for host, changes in seen.items():
        report.about(host)
        with report.step("check"):
            pass
        report.result("provision check", {}, changes)
        report.result("status", {}, "of each host")
    report.about("")
    report.together(0)

    assert printed(capsys) == [
        "✓ web1 (web): check N s",
        "web1 (web): of each host",
        "✓ web2 (web): check N s",
        "web2 (web): of each host",
        "✓ db (database): check N s",
        "db (database): of each host",
        "web1 (web), web2 (web):",
        "  locale",
        "  time zone",
        "db (database): none",
    ]


def test_phases_that_need_a_skipped_one_share_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    report = TextReport(USUAL)
    report.skipped("baseline", "deploy the baseline", "no production", "add one")
    report.skipped("tasks", "count tasks", "deploy.yml has no verify.tasks")
    report.skipped("rollback", "roll back", "baseline was skipped")
    report.skipped("forward", "redeploy", "rollback was skipped")
    report.result("verdict", {}, "verdict: READY")

    assert printed(capsys) == [
        "- deploy the baseline; roll back; redeploy: skipped, no production: add one",
        "- count tasks: skipped, deploy.yml has no verify.tasks",
        "verdict: READY",
    ]
