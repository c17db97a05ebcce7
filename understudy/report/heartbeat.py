"""The running steps where they cannot be drawn: a line for each that lasts, and more every half minute."""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from threading import Lock, Thread

from rich.console import Console, ConsoleRenderable, RenderHook
from rich.text import Text

from understudy.report import at_work
from understudy.report.at_work import Place
from understudy.report.live import Live

# A step is shown after the first ones, and then whenever nothing was printed for so many seconds.
SECONDS_OF_A_LONG_STEP, SECONDS_OF_SILENCE = 10.0, 30.0
TICK = 1.0


class Heartbeat(RenderHook):
    """As RunningSteps, for a console that is no terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._steps: dict[Place, Live] = {}
        # Those that a line has named.
        self._named: set[Place] = set()
        self._printed = time.monotonic()
        self._turn, self._thread = Lock(), False
        self.end: float | None = None
        console.push_render_hook(self)

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Called for all that is printed."""
        self._printed = time.monotonic()
        return renderables

    def show(self, place: Place, live: Live) -> None:
        with self._turn:
            self._steps[place] = live
            if not self._thread:
                self._thread = True
                Thread(target=self._run, name="heartbeat", daemon=True).start()

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
        if now - self._printed >= SECONDS_OF_SILENCE:
            return running
        return [place for place in running if self._is_long(place, now)]

    def _is_long(self, place: Place, now: float) -> bool:
        """Whether it is, or its phase, and no line has shown that yet."""
        whole = at_work.outermost(self._steps, place)
        return whole not in self._named and now - self._steps[whole].began >= SECONDS_OF_A_LONG_STEP

    def _run(self) -> None:
        while True:
            time.sleep(TICK)
            self.beat()
            with self._turn:
                if not self._steps:
                    self._thread = False
                    return
