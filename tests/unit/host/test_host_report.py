"""Several hosts report at the same time."""

import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock
from time import sleep

import pytest

from tests.unit.fakes import FakeReport
from tests.unit.records import new_recorder
from understudy.host.host_report import report_for_host
from understudy.report.events import JsonReport, Report
from understudy.report.record import Verdict
from understudy.report.terminal import TextReport

HOSTS = [f"192.0.2.{number}" for number in range(1, 9)]
STEPS = 20


def work_at_once(report: Report) -> None:
    """Each host takes steps with the same titles, and reports its own name in each."""
    turn, all_there = Lock(), Barrier(len(HOSTS))

    def work(host: str) -> None:
        own = report_for_host(report, host, turn)
        all_there.wait(10)
        for number in range(STEPS):
            with own.step(f"step {number}"):
                all_there.wait(10)
                own.detail(f"detail {number} of {host}")
                own.ran(f"command {number}", host, 0.1, ok=True)
            own.say(f"said {number} by {host}")

    with ThreadPoolExecutor(len(HOSTS)) as pool:
        list(pool.map(work, HOSTS))


class Slow(FakeReport):
    """A report that takes so long for a message that others come in between."""

    def say(self, text: str) -> None:
        sleep(0.0005)
        super().say(text)


def test_one_call_is_made_at_a_time() -> None:
    report = Slow()

    work_at_once(report)

    expected = {host: [f"said {number} by {host}" for number in range(STEPS)] for host in HOSTS}
    assert report.said_of == expected


def test_record_has_each_step_with_the_lines_of_its_own_host() -> None:
    recorder = new_recorder()

    work_at_once(recorder)

    [phase] = recorder.record(Verdict.PASSED).phases
    assert sorted(step.title for step in phase.steps) == sorted(
        f"{host}: step {number}" for host in HOSTS for number in range(STEPS)
    )
    for step in phase.steps:
        host, _, number = re.split(r": | ", step.title)
        assert step.lines == (f"detail {number} of {host}",)
        assert [(ran.command, ran.output) for ran in step.commands] == [(f"command {number}", host)]
        assert step.ok
    assert len(phase.lines) == len(HOSTS) * STEPS
    assert all(re.fullmatch(r"(\S+): said \d+ by \1", line) for line in phase.lines)


def test_lines_are_whole_and_begin_with_their_host(capsys: pytest.CaptureFixture[str]) -> None:
    work_at_once(TextReport())

    lines = capsys.readouterr().out.splitlines()
    line = re.compile(r"  (\S+): detail \d+ of \1|✓ \S+: step \d+ \d\.\d s|(\S+): said \d+ by \2")
    assert len(lines) == 3 * len(HOSTS) * STEPS
    assert [one for one in lines if not line.fullmatch(one)] == []


def test_events_for_programs_name_their_host() -> None:
    out = io.StringIO()

    work_at_once(JsonReport(out))

    events = [json.loads(line) for line in out.getvalue().splitlines()]
    assert len(events) == 4 * len(HOSTS) * STEPS
    assert {event["host"] for event in events} == set(HOSTS)
    said = [event for event in events if event["event"] == "message"]
    assert all(event["text"].endswith(event["host"]) for event in said)


def test_each_line_of_a_text_names_its_host(capsys: pytest.CaptureFixture[str]) -> None:
    report = report_for_host(TextReport(), "web1", Lock())

    report.say("a diff\n+ line")
    report.warn("a warning\nand its log")

    out, err = capsys.readouterr()
    assert out == "web1: a diff\nweb1: + line\n"
    assert err == "! web1: a warning\nweb1: and its log\n"


def test_later_message_of_the_report_itself_names_no_host(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = TextReport()

    report_for_host(report, "web1", Lock()).say("done")
    report.say("all done")

    assert capsys.readouterr().out == "web1: done\nall done\n"


def test_progress_of_several_hosts_is_shown_together(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    report, turn = TextReport(), Lock()
    one, other = (report_for_host(report, host, turn) for host in ("web1", "web2"))

    with one.step("upload"):
        one.detail("half of it")
        with other.step("switch"):
            pass
    report.say("all done")

    out = capsys.readouterr().out
    ended = [out.index(text) for text in ("✓ web2: switch", "✓ web1: upload", "all done")]
    assert ended == sorted(ended)
    assert "half of it" in out
