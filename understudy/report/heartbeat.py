"""The running steps where they cannot be drawn: a line for each that lasts, and more every half minute."""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from threading import Lock, Thread
from weakref import ref

from rich.console import Console, ConsoleRenderable, RenderHook
from rich.text import Text

from understudy.report import at_work
from understudy.report.at_work import Place
from understudy.report.live import Live

# A step is shown after the first ones, and then whenever nothing was printed for so many seconds.
SECONDS_OF_A_LONG_STEP, SECONDS_OF_SILENCE = 10.0, 30.0
TICK = 1.0


class _LastLine(RenderHook):
    """When a console has last printed something."""

    def __init__(self) -> None:
        self.at = time.monotonic()

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        self.at = time.monotonic()
        return renderables


class Heartbeat:
    """As RunningSteps, for a console that is no terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._steps: dict[Place, Live] = {}
        # Those that a line has named.
        self._named: set[Place] = set()
        self._last_line = _LastLine()
        self._turn, self._has_thread = Lock(), False
        self.end: float | None = None
        console.push_render_hook(self._last_line)

    def show(self, place: Place, live: Live) -> None:
        with self._turn:
            self._steps[place] = live
            if not self._has_thread:
                self._has_thread = True
                Thread(target=_run, args=(ref(self),), name="heartbeat", daemon=True).start()

    def hide(self, place: Place) -> None:
        with self._turn:
            self._steps.pop(place, None)
            self._named.discard(place)

    @contextmanager
    def paused(self) -> Iterator[None]:
        yield

    def beat(self) -> None:
        """Prints what is due now."""
        now = time.monotonic()
        with self._turn:
            places = self._due(now)
            self._named.update(at_work.outermost(self._steps, place) for place in places)
            lines = list(at_work.lines(self._steps, places, now, self.end))
        for line in lines:
            self._console.print(Text.assemble(("…", "dim"), f" {line}"))

    def _due(self, now: float) -> Collection[Place]:
        running = at_work.innermost(self._steps)
        if now - self._last_line.at >= SECONDS_OF_SILENCE:
            return running
        return [place for place in running if self._is_long(place, now)]

    def _is_long(self, place: Place, now: float) -> bool:
        """Whether it is, or its phase, and no line has shown that yet."""
        whole = at_work.outermost(self._steps, place)
        return whole not in self._named and now - self._steps[whole].began >= SECONDS_OF_A_LONG_STEP

    def ends(self) -> bool:
        """Whether nothing runs: then the next step starts another thread."""
        with self._turn:
            self._has_thread = bool(self._steps)
            return not self._has_thread


def _run(wanted: "ref[Heartbeat]") -> None:
    """Until nothing runs, or no one wants its lines any more."""
    while True:
        time.sleep(TICK)
        heartbeat = wanted()
        if heartbeat is None:
            return
        heartbeat.beat()
        if heartbeat.ends():
            return
        del heartbeat
