"""The running steps on a terminal: each in a line with its clock, and below it the last lines of its output."""

import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live as Screen
from rich.spinner import Spinner
from rich.text import Text

from understudy.report.live import Live, beside, time_left

_SPINNER_COLUMNS, _INDENT = 2, "  "
_TIMES_A_SECOND = 8


class RunningSteps:
    """Draws them several times a second. end: when the run will have ended, by time.monotonic()."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._steps: dict[Hashable, Live] = {}
        self._spinner = Spinner("dots", style="green")
        self._screen: Screen | None = None
        self.end: float | None = None

    def show(self, place: Hashable, live: Live) -> None:
        self._steps[place] = live
        if self._screen is None:
            self._screen = Screen(
                console=self._console,
                get_renderable=self._drawn,
                transient=True,
                refresh_per_second=_TIMES_A_SECOND,
            )
            self._screen.start()
        self._screen.refresh()

    def hide(self, place: Hashable) -> None:
        self._steps.pop(place, None)
        if self._screen and not self._steps:
            self._screen.stop()
            self._screen = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """For output on another stream, which the running steps would overwrite."""
        if self._screen:
            self._screen.stop()
        yield
        if self._screen:
            self._screen.start(refresh=True)

    def _drawn(self) -> Group:
        # A copy: another thread may end a step meanwhile.
        steps = list(self._steps.values())
        return Group(*(part for i, live in enumerate(steps) for part in self._step(live, i == 0)))

    def _step(self, live: Live, is_first: bool) -> Iterator[Text]:
        now, width = time.monotonic(), self._console.width
        left = time_left(self.end, now) if is_first else ""
        indent = _INDENT * live.depth
        room = width - len(indent) - _SPINNER_COLUMNS
        title, facts = beside(live.whole_title, live.facts(now), left, room)
        frame = self._spinner.render(now)
        assert isinstance(frame, Text)  # noqa: S101 - a spinner without a text
        yield Text.assemble(
            indent, frame, " ", title, (facts, "dim"), no_wrap=True, overflow="crop"
        )
        if lines := live.lines(width):
            yield Text(lines, style="dim", no_wrap=True, overflow="crop")
