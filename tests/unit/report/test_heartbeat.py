"""In a log, as of CI: a long step is not silent, and a short one has the line of its end alone."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from understudy.report import heartbeat
from understudy.report.terminal import TextReport


@dataclass
class Clock:
    now: float = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        time.sleep(0.001)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(heartbeat, "time", clock)
    monkeypatch.setattr("understudy.report.terminal.time", clock)
    return clock


@pytest.fixture
def wait(clock: Clock, capsys: pytest.CaptureFixture[str]) -> Callable[[float], list[str]]:
    """Waits so many seconds; returns the lines that were printed, also before."""

    def wait(seconds: float) -> list[str]:
        for _ in range(int(seconds)):
            clock.now += 1
            time.sleep(0.02)
        return capsys.readouterr().out.splitlines()

    return wait


def test_a_short_step_has_one_line(wait: Callable[[float], list[str]]) -> None:
    report = TextReport()

    with report.step("migrate"):
        assert wait(9) == []

    [line] = wait(2)
    assert line.startswith("✓ migrate ")


def test_a_long_step_has_a_line_and_one_every_half_minute(
    wait: Callable[[float], list[str]],
) -> None:
    report = TextReport()

    with report.step("migrate"):
        assert wait(39) == ["… migrate  0:10"]
        assert wait(31) == ["… migrate  0:40", "… migrate  1:10"]

    [line] = wait(60)
    assert line.startswith("✓ migrate ")


def test_a_step_that_prints_is_not_shown_besides(wait: Callable[[float], list[str]]) -> None:
    report = TextReport()

    with report.step("provision"):
        assert wait(10) == ["… provision  0:10"]
        for part in ("packages", "users", "firewall"):
            report.detail(part)
            assert wait(20) == [f"  {part}"]


def test_a_phase_shows_which_of_its_steps_is_at_work(wait: Callable[[float], list[str]]) -> None:
    report = TextReport()

    with report.phase("up", "bring up the VM"):
        with report.step("build the box"):
            assert wait(12) == ["… bring up the VM: build the box  0:10"]
        with report.step("boot"):
            assert wait(27) == []
            assert wait(1) == ["… bring up the VM: boot  0:40"]


def test_nothing_of_it_with_quiet(wait: Callable[[float], list[str]]) -> None:
    report = TextReport(-1)

    with report.step("migrate"):
        assert wait(60) == []


def test_a_report_that_is_gone_prints_nothing_more(wait: Callable[[float], list[str]]) -> None:
    TextReport().started("migrate")

    assert wait(60) == []
