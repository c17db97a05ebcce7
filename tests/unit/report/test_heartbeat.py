"""In a log, as of CI: a long step is not silent, and a short one has the line of its end alone."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self
from weakref import ref

import pytest

from understudy.report import heartbeat
from understudy.report.heartbeat import Heartbeat
from understudy.report.terminal import TextReport


@dataclass
class Clock:
    """In place of the time, and of the thread that looks at it each second."""

    now: float = 0.0
    watched: list["ref[Heartbeat]"] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def __call__(self, *, args: tuple["ref[Heartbeat]"], **thread: Any) -> Self:
        self.watched += args
        return self

    def start(self) -> None:
        pass

    def tick(self) -> None:
        self.now += 1
        for one in self.watched:
            if found := one():
                found.beat()


@pytest.fixture
def wait(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[int], list[str]]:
    """Waits so many seconds; returns the lines that were printed, also before."""
    clock = Clock()
    monkeypatch.setattr(heartbeat, "time", clock)
    monkeypatch.setattr(heartbeat, "Thread", clock)
    monkeypatch.setattr("understudy.report.terminal.time", clock)

    def wait(seconds: int) -> list[str]:
        for _ in range(seconds):
            clock.tick()
        return capsys.readouterr().out.splitlines()

    return wait


def test_a_short_step_has_one_line(wait: Callable[[int], list[str]]) -> None:
    report = TextReport()

    with report.step("migrate"):
        assert wait(9) == []

    [line] = wait(2)
    assert line.startswith("✓ migrate ")


def test_a_long_step_has_a_line_and_one_every_half_minute(
    wait: Callable[[int], list[str]],
) -> None:
    report = TextReport()

    with report.step("migrate"):
        assert wait(39) == ["… migrate  0:10"]
        assert wait(31) == ["… migrate  0:40", "… migrate  1:10"]

    [line] = wait(60)
    assert line.startswith("✓ migrate ")


def test_a_step_that_prints_is_not_shown_besides(wait: Callable[[int], list[str]]) -> None:
    report = TextReport()

    with report.step("provision"):
        assert wait(10) == ["… provision  0:10"]
        for part in ("packages", "users", "firewall"):
            report.detail(part)
            assert wait(20) == [f"  {part}"]


def test_a_phase_shows_which_of_its_steps_is_at_work(wait: Callable[[int], list[str]]) -> None:
    report = TextReport()

    with report.phase("up", "bring up the VM"):
        with report.step("build the box"):
            assert wait(12) == ["… bring up the VM: build the box  0:10"]
        with report.step("boot"):
            assert wait(27) == []
            assert wait(1) == ["… bring up the VM: boot  0:40"]


def test_nothing_of_it_with_quiet(wait: Callable[[int], list[str]]) -> None:
    report = TextReport(-1)

    with report.step("migrate"):
        assert wait(60) == []


def test_a_report_that_is_gone_prints_nothing_more(wait: Callable[[int], list[str]]) -> None:
    TextReport().started("migrate")

    assert wait(60) == []


def test_a_thread_watches_the_time_as_long_as_something_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(heartbeat, "TICK", 0.01)
    monkeypatch.setattr(heartbeat, "SECONDS_OF_A_LONG_STEP", 0.05)
    report, printed, deadline = TextReport(), "", time.monotonic() + 10

    for title in ("migrate", "collectstatic"):
        with report.step(title):
            while f"… {title}" not in printed:
                assert time.monotonic() < deadline
                time.sleep(0.01)
                printed += capsys.readouterr().out
        time.sleep(0.1)
