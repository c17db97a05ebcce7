"""What a user sees of a run: a line for each step, in colour and with a running clock on a terminal."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from understudy.errors import UnderstudyError
from understudy.report.events import Report, with_host
from understudy.report.live import Live, cut
from understudy.report.sanitize import plain

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

# Columns that a title can't have: spinner and elapsed time, each with a space, and one for the time left.
_COLUMNS_OF_THE_CLOCK = 12
# States that no one should overlook.
_ALARMING = (
    r"\b(MAINTENANCE|NOT RUNNING|NOT READY|NO CERTIFICATE|SELF-SIGNED|EXPIRED|ENDS SOON|UNREADABLE|"
    r"FAILED)\b"
)
# Of an error's details.
_FIRST_LINES, _LAST_LINES = 40, 80


class TextReport(Report):
    """Events as text: on a terminal in colour and with a running clock, elsewhere as plain lines."""

    def __init__(self, verbosity: int = 0) -> None:
        """verbosity: -1 quiet, 0, 1 verbose."""
        self._verbosity = verbosity
        # Without highlighting, which colours any number: here colour has a meaning. Texts are printed
        # as Text: in a str, rich reads `[x]` as markup and `:key:` as an emoji.
        self._out = Console(highlight=False, soft_wrap=True)
        self._err = Console(highlight=False, soft_wrap=True, stderr=True)
        self._progress: Progress | None = None
        # The step that is running in each phase, on each host, in each branch.
        self._tasks: dict[tuple[str, str, str], TaskID] = {}
        self._live: dict[tuple[str, str, str], Live] = {}
        self._end: float | None = None
        self._host, self._phase, self._branch = "", "", ""

    def about(self, host: str, phase: str = "") -> None:
        self._host, self._phase = host, phase

    def branch(self, name: str) -> None:
        self._branch = name

    def expect(self, seconds: float | None) -> None:
        self._end = None if seconds is None else time.monotonic() + seconds

    def phase_started(self, name: str, title: str) -> None:
        self._out.print(_plain(("==>", "bold blue"), (f" {title}", "bold")))

    def phase_ended(self, name: str, seconds: float, *, ok: bool) -> None:
        pass

    def skipped(self, name: str, title: str, reason: str, enable: str = "") -> None:
        self._out.print(
            _plain(
                ("-", "yellow"), f" {title}: skipped, {': '.join(filter(None, (reason, enable)))}"
            )
        )

    def ran(self, command: str, output: str, seconds: float, *, ok: bool) -> None:
        pass

    def attach(self, name: str, value: Any) -> None:
        pass

    def started(self, title: str) -> None:
        if self._out.is_terminal:
            if self._progress is None:
                # It takes long to import, and most runs that are piped have no use for it.
                from understudy.report import progress

                self._progress = progress.started(self._out)
            text = with_host(self._host, title)
            left = _time_left(self._end)
            live = Live(cut(plain(text), self._out.width - _COLUMNS_OF_THE_CLOCK - len(left)))
            self._live[self._place] = live
            self._tasks[self._place] = self._progress.add_task(live.title, left=left, live=live)

    def ended(self, title: str, seconds: float, *, ok: bool) -> None:
        self._stop_task()
        mark = ("✓", "green") if ok else ("✗", "red")
        text = with_host(self._host, title)
        self._out.print(_plain(mark, f" {text} ", (f"{seconds:.1f} s", "dim")))

    def detail(self, text: str) -> None:
        if not self._show_live(text):
            self._out.print(_plain((f"  {with_host(self._host, text)}", "dim")))

    def output(self, line: str) -> None:
        """Shown only on a terminal, until the next lines replace it: in a log it would hide the steps."""
        self._show_live(line)

    def _show_live(self, text: str) -> bool:
        """Shows a text under the running step. False without a terminal or a running step."""
        task = self._tasks.get(self._place)
        if self._progress is None or task is None:
            return False
        self._live[self._place].add(text)
        return True

    def say(self, text: str) -> None:
        said = _plain(with_host(self._host, text))
        said.highlight_regex(_ALARMING, "bold red")
        said.highlight_regex(r"(?m)^!", "yellow")
        self._out.print(said)

    def result(self, event: str, value: Mapping[str, Any], text: str) -> None:
        if text:
            self.say(text)

    def warn(self, text: str) -> None:
        self._err.print(_plain(("!", "yellow"), f" {with_host(self._host, text)}"))

    def error(self, error: UnderstudyError) -> None:
        with self._without_progress():
            self._print_error(error)

    def _print_error(self, error: UnderstudyError) -> None:
        self._err.print(_plain((f"{error.label}:", "bold red"), f" {error.summary}"))
        if error.cause:
            self._err.print(_plain(("cause:", "bold"), f" {error.cause}"))
        if error.details:
            for line in _shortened(error.details.splitlines()):
                self._err.print(_plain(f"  {line}"))
        if error.hint:
            self._err.print(_plain(("try:", "cyan"), f" {error.hint}"))

    @property
    def _place(self) -> tuple[str, str, str]:
        return self._phase, self._host, self._branch

    @contextmanager
    def _without_progress(self) -> Iterator[None]:
        """For output on another stream, which the running steps would overwrite."""
        if self._progress:
            self._progress.stop()
        yield
        if self._progress:
            self._progress.start()

    def _stop_task(self) -> None:
        """Ends the step of this place; those of others stay on the screen."""
        task = self._tasks.pop(self._place, None)
        if self._progress and task is not None and self._tasks:
            self._progress.remove_task(task)
        else:
            self._stop_progress()

    def _stop_progress(self) -> None:
        self._tasks.clear()
        if self._progress:
            self._progress.stop()
            self._progress = None


def _shortened(lines: list[str]) -> list[str]:
    """What a user can still take in: of a suite that failed as a whole the begin and the summary."""
    left_out = len(lines) - _FIRST_LINES - _LAST_LINES
    if left_out <= 0:
        return lines
    return [*lines[:_FIRST_LINES], f"… {left_out} lines left out …", *lines[-_LAST_LINES:]]


def _plain(*parts: str | tuple[str, str]) -> Text:
    """Texts, some with a style, for a terminal. The only escape sequences are those of the styles."""
    clean = (
        (plain(part[0]), part[1]) if isinstance(part, tuple) else plain(part) for part in parts
    )
    return Text.assemble(*clean)


def _time_left(end: float | None) -> str:
    """When the run will have ended. end: by time.monotonic(); None if that is not known."""
    if end is None:
        return ""
    at = datetime.now() + timedelta(seconds=end - time.monotonic())
    return f"about {max(0, end - time.monotonic()):.0f} s left, until {at:%H:%M:%S}"
