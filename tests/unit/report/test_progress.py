"""Running steps on a terminal of 80 columns and of 40: the title can be read, and the clocks run."""

import io
from dataclasses import dataclass

import pytest
from rich.console import Console

from tests.unit.report.terminals import screen
from understudy.local.share import Share
from understudy.report import progress
from understudy.report.live import Live
from understudy.report.progress import RunningSteps

LONG = "check health through nginx, record 154e3199-195ba8e7 as live on production"
MB = 10**6


@dataclass
class Clock:
    now: float = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


class Terminal:
    def __init__(self, columns: int) -> None:
        self._out, self._columns = io.StringIO(), columns
        console = Console(file=self._out, force_terminal=True, width=columns, legacy_windows=False)
        self.steps = RunningSteps(console)

    def shown(self) -> list[str]:
        """What is on it now, without the spinners."""
        with self.steps.paused():
            pass
        lines = screen(self._out.getvalue(), self._columns)
        return [line[2:] if "⠋" <= line[:1] <= "⣿" else line for line in lines]


def test_the_time_left_counts_down_each_second(clock: Clock) -> None:
    terminal = Terminal(80)
    terminal.steps.end = 130.0
    terminal.steps.show("a", Live("migrate", began=0.0))

    shown = []
    for clock.now in (60.0, 61.0, 129.0, 140.0):
        shown += terminal.shown()

    assert shown == [
        "migrate  1:00  about 1:10 left",
        "migrate  1:01  about 1:09 left",
        "migrate  2:09  about 0:01 left",
        "migrate  2:20",
    ]


@pytest.mark.parametrize(
    ("columns", "lines"),
    [
        (120, [f"{LONG}  0:02  6.0 of 45.6 MB  3.0 MB/s"]),
        (100, [f"{LONG[:65]}…  0:02  6.0 of 45.6 MB  3.0 MB/s"]),
        (80, ["check health through nginx, record 154e3199-1…  0:02  6.0 of 45.6 MB  3.0 MB/s"]),
        (40, ["check health through nginx, rec…  0:02"]),
        (20, ["check health thro…"]),
    ],
)
def test_the_time_left_gives_way_to_the_title_and_then_the_rest_does(
    columns: int, lines: list[str], clock: Clock
) -> None:
    terminal = Terminal(columns)
    terminal.steps.end = 900.0
    live = Live(LONG, began=0.0)
    live.advance(Share(0, 45_600_000), 0.0)
    live.advance(Share(6 * MB, 45_600_000), 2.0)
    clock.now = 2.0

    terminal.steps.show("a", live)

    assert terminal.shown() == lines


@pytest.mark.parametrize("columns", [40, 80])
def test_each_step_and_each_line_of_output_takes_one_line(columns: int, clock: Clock) -> None:
    terminal = Terminal(columns)
    first, second = Live(LONG, began=0.0), Live("run", began=0.0, depth=1)
    second.add("x" * 200)
    terminal.steps.show("a", first)
    terminal.steps.show("b", second)

    shown = terminal.shown()

    assert len(shown) == 3
    assert shown[1][4:] == "run  0:00"
    assert shown[2] == f"    {'x' * (columns - 5)}…"


def test_nothing_stays_when_the_last_step_ends() -> None:
    terminal = Terminal(80)
    terminal.steps.show("a", Live("one", began=0.0))
    terminal.steps.show("b", Live("two", began=0.0))

    terminal.steps.hide("a")
    terminal.steps.hide("b")
    terminal.steps.hide("b")

    assert terminal.shown() == [""]
