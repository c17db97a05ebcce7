"""No event of a run reaches the terminal or a program with a secret in it."""

import json
from collections.abc import Callable
from io import StringIO
from threading import Event

import pytest

from tests.unit.fakes import FakeReport
from understudy.errors import Refused
from understudy.report.events import JsonReport, Report
from understudy.report.masking_report import MaskingReport
from understudy.report.terminal import TextReport

SECRET = "hunter2-of-mine"
EVENTS: list[Callable[[Report], None]] = [
    lambda report: report.phase_started("verify", f"title {SECRET}"),
    lambda report: report.skipped("verify", f"title {SECRET}", f"reason {SECRET}"),
    lambda report: report.started(f"title {SECRET}"),
    lambda report: report.ended(f"title {SECRET}", 1.0, ok=True),
    lambda report: report.detail(f"text {SECRET}"),
    lambda report: report.test_failed(f"test_it[{SECRET}]", f"assert {SECRET}"),
    lambda report: report.output(f"line {SECRET}"),
    lambda report: report.say(f"-Environment={SECRET}"),
    lambda report: report.say(f"coloured {SECRET[:3]}\x1b[1m{SECRET[3:]}"),
    lambda report: report.warn(f"text {SECRET}"),
    lambda report: report.result("ejected", {"file": f"http://{SECRET}"}, f"text {SECRET}"),
    lambda report: report.attach("tests", {SECRET: [{"name": f"test {SECRET}"}]}),
    lambda report: report.error(
        Refused(f"s {SECRET}", f"d {SECRET}", f"h {SECRET}", f"c {SECRET}")
    ),
]


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("printer", [TextReport, JsonReport])
def test_no_event_shows_a_secret(
    event: Callable[[Report], None], printer: type[Report], capsys: pytest.CaptureFixture[str]
) -> None:
    event(MaskingReport(printer, lambda: {SECRET}))

    assert SECRET not in "".join(capsys.readouterr())


class _OfItsOwn(Refused):
    def __init__(self, number: int) -> None:
        super().__init__(f"no {SECRET}")
        self.number = number


@pytest.mark.parametrize("error", [Refused(summary=f"no {SECRET}", hint="try it"), _OfItsOwn(1)])
def test_error_is_masked_however_it_was_made(error: Refused) -> None:
    out = StringIO()

    MaskingReport(lambda: JsonReport(out), lambda: {SECRET}).error(error)

    assert json.loads(out.getvalue())["summary"] == "no ***"


def test_rest_of_an_event_is_as_it_was() -> None:
    out = StringIO()
    report = MaskingReport(lambda: JsonReport(out), lambda: {SECRET})
    error = Refused("no", f"the log of {SECRET}", "try it", "why")

    report.about("a", "deploy")
    report.attach("probes", {"lost": 0, "seen": [True, None, 1.5]})
    report.error(error)

    attached, refused = map(json.loads, out.getvalue().splitlines())
    assert attached["value"] == {"lost": 0, "seen": [True, None, 1.5]}
    assert refused == {
        "event": "error",
        "schema": 1,
        "time": refused["time"],
        "host": "a",
        "phase": "deploy",
        "summary": "no",
        "details": "the log of ***",
        "cause": "why",
        "hint": "try it",
        "exit_code": 3,
    }
    assert error.details == f"the log of {SECRET}"


def test_report_with_no_use_for_what_is_attached_is_made_later() -> None:
    made: list[FakeReport] = []

    def make() -> FakeReport:
        made.append(FakeReport())
        return made[0]

    report = MaskingReport(make, set, takes_attached=False)

    report.attach("app", "shop")
    assert not made

    report.phase_started("verify", "run the tests")
    report.attach("tests", {"host": 1})
    assert made[0].attached == {"tests": {"host": 1}}


def test_report_is_made_ready_before_its_first_event() -> None:
    made: list[FakeReport] = []
    asked = Event()

    def make() -> FakeReport:
        made.append(FakeReport())
        return made[-1]

    def secrets() -> set[str]:
        asked.set()
        return {SECRET}

    report = MaskingReport(make, secrets)
    report.prepare()

    assert asked.wait(20)
    report.say(SECRET)
    assert [one.said for one in made] == [["***"]], "made once, by the first that asks"
