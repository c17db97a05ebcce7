"""What happens -> what is shown: a line for each step, or with --json an object a line."""

import json
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TextIO

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from understudy.errors import UnderstudyError
from understudy.report.live import Live
from understudy.report.sanitize import plain, plain_json

# Beside a line of output: the spinner, the indentation, how long it takes and when all will be over.
LEFT_FOR_THE_CLOCK = 56


class Report(ABC):
    """Where steps are told. All times are seconds."""

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Tells a step's begin, its end and how long it took, also when it fails."""
        began = time.monotonic()
        self.started(title)
        try:
            yield
        except BaseException:
            self.ended(title, time.monotonic() - began, ok=False)
            raise
        self.ended(title, time.monotonic() - began, ok=True)

    @contextmanager
    def phase(self, name: str, title: str) -> Iterator[None]:
        """A part of a rehearsal; its steps are told within it."""
        began = time.monotonic()
        self.phase_started(name, title)
        try:
            yield
        except BaseException:
            self.phase_ended(name, time.monotonic() - began, ok=False)
            raise
        self.phase_ended(name, time.monotonic() - began, ok=True)

    @abstractmethod
    def about(self, host: str) -> None:
        """All that is told from now on is about that host of several; "" for all of them."""

    @abstractmethod
    def expect(self, seconds: float | None) -> None:
        """How long all that is to come will take, if that is known."""

    @abstractmethod
    def phase_started(self, name: str, title: str) -> None: ...

    @abstractmethod
    def phase_ended(self, name: str, seconds: float, *, ok: bool) -> None: ...

    @abstractmethod
    def skipped(self, name: str, title: str, reason: str) -> None:
        """A phase that needs what isn't there."""

    @abstractmethod
    def ran(self, command: str, output: str, seconds: float, *, ok: bool) -> None:
        """A command on a host: for the record, too much to be shown."""

    @abstractmethod
    def attach(self, name: str, value: Any) -> None:
        """What the record keeps besides, as JSON: "probes", "tests", "receipt"."""

    @abstractmethod
    def started(self, title: str) -> None: ...

    @abstractmethod
    def ended(self, title: str, seconds: float, *, ok: bool) -> None: ...

    @abstractmethod
    def detail(self, text: str) -> None:
        """What a long step is doing just now."""

    @abstractmethod
    def output(self, line: str) -> None:
        """A line that a step's command has just printed. The record gets all of it by `ran`."""

    @abstractmethod
    def say(self, text: str) -> None: ...

    @abstractmethod
    def warn(self, text: str) -> None: ...

    @abstractmethod
    def error(self, error: UnderstudyError) -> None: ...


class TextReport(Report):
    """For people: on a terminal in colour and with a running clock, elsewhere plain lines."""

    def __init__(self) -> None:
        # Highlighting would colour any number; here colour means something. What is told goes out
        # as Text: as a str, `[x]` would be read as markup and `:key:` as a picture of a key.
        self._out = Console(highlight=False, soft_wrap=True)
        self._err = Console(highlight=False, soft_wrap=True, stderr=True)
        self._progress: Progress | None = None
        # What is under way on each host.
        self._tasks: dict[str, TaskID] = {}
        self._live: dict[str, Live] = {}
        self._end: float | None = None
        self._host = ""

    def about(self, host: str) -> None:
        self._host = host

    def expect(self, seconds: float | None) -> None:
        self._end = None if seconds is None else time.monotonic() + seconds

    def phase_started(self, name: str, title: str) -> None:
        self._out.print(_plain(("==>", "bold blue"), (f" {title}", "bold")))

    def phase_ended(self, name: str, seconds: float, *, ok: bool) -> None:
        pass

    def skipped(self, name: str, title: str, reason: str) -> None:
        self._out.print(_plain(("-", "yellow"), f" {title}: skipped, {reason}"))

    def ran(self, command: str, output: str, seconds: float, *, ok: bool) -> None:
        pass

    def attach(self, name: str, value: Any) -> None:
        pass

    def started(self, title: str) -> None:
        if self._out.is_terminal:
            if self._progress is None:
                self._progress = self._start_progress()
            text = with_host(self._host, title)
            self._tasks[self._host] = self._progress.add_task(plain(text), left=_left(self._end))
            self._live[self._host] = Live(plain(text))

    def ended(self, title: str, seconds: float, *, ok: bool) -> None:
        self._stop_task()
        mark = ("✓", "green") if ok else ("✗", "red")
        text = with_host(self._host, title)
        self._out.print(_plain(mark, f" {text} ", (f"{seconds:.1f} s", "dim")))

    def detail(self, text: str) -> None:
        if not self._show_live(text):
            self._out.print(_plain((f"  {with_host(self._host, text)}", "dim")))

    def output(self, line: str) -> None:
        """On a terminal only, where it gives way to the next: elsewhere the steps would be lost in it."""
        self._show_live(line)

    def _show_live(self, text: str) -> bool:
        """Shows it under the step that is under way. False if that can't be."""
        task = self._tasks.get(self._host)
        if self._progress is None or task is None:
            return False
        live = self._live[self._host]
        live.add(text)
        self._progress.update(task, description=live.shown(self._out.width - LEFT_FOR_THE_CLOCK))
        return True

    def say(self, text: str) -> None:
        self._out.print(_plain(with_host(self._host, text)))

    def warn(self, text: str) -> None:
        self._err.print(_plain(("!", "yellow"), f" {with_host(self._host, text)}"))

    def error(self, error: UnderstudyError) -> None:
        self._stop_progress()
        self._err.print(_plain(("error:", "bold red"), f" {error.summary}"))
        if error.cause:
            self._err.print(_plain(("cause:", "bold"), f" {error.cause}"))
        if error.details:
            for line in error.details.splitlines():
                self._err.print(_plain(f"  {line}"))
        if error.hint:
            self._err.print(_plain(("try:", "cyan"), f" {error.hint}"))

    def _start_progress(self) -> Progress:
        title = TextColumn("{task.description}", markup=False)
        left = TextColumn("{task.fields[left]}", style="dim")
        columns = (SpinnerColumn(), title, TimeElapsedColumn(), left)
        progress = Progress(*columns, console=self._out, transient=True)
        progress.start()
        return progress

    def _stop_task(self) -> None:
        """The clocks of other hosts run on."""
        task = self._tasks.pop(self._host, None)
        if self._progress and task is not None and self._tasks:
            self._progress.remove_task(task)
        else:
            self._stop_progress()

    def _stop_progress(self) -> None:
        self._tasks.clear()
        if self._progress:
            self._progress.stop()
            self._progress = None


def _plain(*parts: str | tuple[str, str]) -> Text:
    """Text, or text and its style, for a terminal. Its only escape sequences are those of the styles."""
    clean = (
        (plain(part[0]), part[1]) if isinstance(part, tuple) else plain(part) for part in parts
    )
    return Text.assemble(*clean)


def with_host(host: str, text: str) -> str:
    """Each line with the name of its host in front, if there are several."""
    return "\n".join(f"{host}: {line}" for line in text.split("\n")) if host else text


def _left(end: float | None) -> str:
    """When all of it will be over, by how long it took before. end: on the monotonic clock."""
    if end is None:
        return ""
    at = datetime.now() + timedelta(seconds=end - time.monotonic())
    return f"about {max(0, end - time.monotonic()):.0f} s left, until {at:%H:%M:%S}"


class JsonReport(Report):
    """For programs: one JSON object a line on standard output, `event` says which kind."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._host = ""

    def about(self, host: str) -> None:
        self._host = host

    def expect(self, seconds: float | None) -> None:
        if seconds is not None:
            self._write("expected", seconds=seconds)

    def phase_started(self, name: str, title: str) -> None:
        self._write("phase", name=name, title=title)

    def phase_ended(self, name: str, seconds: float, *, ok: bool) -> None:
        self._write("phase ended", name=name, seconds=round(seconds, 3), ok=ok)

    def skipped(self, name: str, title: str, reason: str) -> None:
        self._write("skipped", name=name, title=title, reason=reason)

    def ran(self, command: str, output: str, seconds: float, *, ok: bool) -> None:
        pass

    def attach(self, name: str, value: Any) -> None:
        self._write("attached", name=name, value=value)

    def started(self, title: str) -> None:
        self._write("started", title=title)

    def ended(self, title: str, seconds: float, *, ok: bool) -> None:
        self._write("ended", title=title, seconds=round(seconds, 3), ok=ok)

    def detail(self, text: str) -> None:
        self._write("detail", text=text)

    def output(self, line: str) -> None:
        self._write("output", text=line)

    def say(self, text: str) -> None:
        self._write("message", text=text)

    def warn(self, text: str) -> None:
        self._write("warning", text=text)

    def error(self, error: UnderstudyError) -> None:
        self._write(
            "error",
            summary=error.summary,
            cause=error.cause,
            details=error.details,
            hint=error.hint,
            exit_code=error.exit_code,
        )

    def _write(self, event: str, **values: Any) -> None:
        host = {"host": self._host} if self._host else {}
        print(
            json.dumps(plain_json({"event": event, **host, **values})), file=self._out, flush=True
        )
