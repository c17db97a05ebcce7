"""What happens in a run: the interface that verbs report to, and events as JSON lines for programs."""

import json
import math
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TextIO

from understudy.errors import Stopped, UnderstudyError
from understudy.local.share import Share
from understudy.report.answer import Answer
from understudy.report.moments import moment
from understudy.report.sanitize import plain_json

# JSON has a line for each second of a step, not for each piece that is sent.
_SECONDS_BETWEEN_SHARES = 1.0


class Report(ABC):
    """Gets each event of a run. All times are seconds."""

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Reports the begin of a step, its end and how long it took, also if it raises."""
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
        """Reports the begin and end of a phase of a rehearsal, with its steps between them."""
        began = time.monotonic()
        self.phase_started(name, title)
        try:
            yield
        except Stopped as stopped:
            self.skipped(name, title, stopped.summary)
            raise
        except BaseException:
            self.phase_ended(name, time.monotonic() - began, ok=False)
            raise
        self.phase_ended(name, time.monotonic() - began, ok=True)

    def answer(self, answer: Answer) -> None:
        self.result(answer.event, answer.fields(), answer.text())

    def prepare(self) -> None:  # noqa: B027 - most have nothing to make ready
        """A host is at work now, and this process is not: what prints the next event may be imported."""

    @abstractmethod
    def about(self, host: str, phase: str = "") -> None:
        """All events from now on are about that host of several and that phase of those that run at the
        same time; "" for the whole target, and for the one phase that runs.
        """

    @abstractmethod
    def hosts(self, names: Mapping[str, str]) -> None:
        """The events from now on are about these hosts, which work at the same time.

        names: address -> how a host is shown, with its roles.
        """

    @abstractmethod
    def together(self, count: int) -> None:
        """So many hosts begin to work at once; 0: they have ended. Equal warnings of theirs are shown once."""

    @abstractmethod
    def branch(self, name: str) -> None:
        """All events from now on are about that one of the branches that run at once; "" for none."""

    @abstractmethod
    def expect(self, seconds: float | None) -> None:
        """How many seconds the rest of the run will take; None if that is not known."""

    @abstractmethod
    def phase_started(self, name: str, title: str) -> None: ...

    @abstractmethod
    def phase_ended(self, name: str, seconds: float, *, ok: bool) -> None: ...

    @abstractmethod
    def skipped(self, name: str, title: str, reason: str, enable: str = "") -> None:
        """A phase is left out because a prerequisite is missing, or was stopped. reason: why.

        enable: what a user can do so that it runs; "" if there is nothing to do.
        """

    @abstractmethod
    def ran(self, command: str, output: str, seconds: float, *, ok: bool) -> None:
        """A command on a host has ended. Only the record keeps it: there are too many to show."""

    @abstractmethod
    def attach(self, name: str, value: Any) -> None:
        """Other data for the record, as JSON: "probes", "tests", "receipt"; see docs/report.md."""

    @abstractmethod
    def started(self, title: str) -> None: ...

    @abstractmethod
    def ended(self, title: str, seconds: float, *, ok: bool) -> None: ...

    @abstractmethod
    def detail(self, text: str) -> None:
        """What a long step is doing now."""

    @abstractmethod
    def test_failed(self, test: str, reason: str) -> None:
        """Of a suite that still runs; the error at its end has the whole output. reason: one line."""

    @abstractmethod
    def progress(self, share: Share) -> None:
        """How far the running step is: bytes that were sent or received, or Debian packages."""

    @abstractmethod
    def output(self, line: str) -> None:
        """A line that a step's command has just printed. `ran` gets the whole output later."""

    @abstractmethod
    def say(self, text: str) -> None: ...

    @abstractmethod
    def result(self, event: str, value: Mapping[str, Any], text: str) -> None:
        """An answer of a verb. value: its fields, for programs, of JSON's types; text: the same for people,
        "" if something else says it.

        event: names the kind of answer; docs/events.schema.json has the fields of each.
        """

    @abstractmethod
    def warn(self, text: str) -> None: ...

    @abstractmethod
    def error(self, error: UnderstudyError) -> None: ...


# Of the objects of JsonReport: it goes up when a field changes its meaning or is gone. docs/json.md
SCHEMA = 1


def _now() -> datetime:
    return datetime.now(UTC)


class JsonReport(Report):
    """For programs: one JSON object per line on standard output; `event` names its kind."""

    def __init__(self, out: TextIO | None = None, now: Callable[[], datetime] = _now) -> None:
        """now: the time in UTC, of each object."""
        self._out, self._now = out or sys.stdout, now
        self._about: dict[str, str] = {}
        self._branch: dict[str, str] = {}
        # When a line was last written of the running step of each host, phase and branch.
        self._shared: dict[tuple[str, ...], float] = {}

    def about(self, host: str, phase: str = "") -> None:
        self._about = {name: value for name, value in (("phase", phase), ("host", host)) if value}

    def hosts(self, names: Mapping[str, str]) -> None:
        """Each object has the address of its host."""

    def together(self, count: int) -> None:
        """So does each warning."""

    def branch(self, name: str) -> None:
        self._branch = {"branch": name} if name else {}

    def expect(self, seconds: float | None) -> None:
        if seconds is not None:
            self._write("expected", seconds=seconds)

    def phase_started(self, name: str, title: str) -> None:
        self._write("phase", name=name, title=title)

    def phase_ended(self, name: str, seconds: float, *, ok: bool) -> None:
        self._write("phase ended", name=name, seconds=round(seconds, 3), ok=ok)

    def skipped(self, name: str, title: str, reason: str, enable: str = "") -> None:
        self._write("skipped", name=name, title=title, reason=reason, enable=enable)

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

    def test_failed(self, test: str, reason: str) -> None:
        self.detail(failed_test(test, reason))

    def progress(self, share: Share) -> None:
        place, now = (*self._about.values(), *self._branch.values()), time.monotonic()
        is_whole = share.done == share.total
        if is_whole or now - self._shared.get(place, -math.inf) >= _SECONDS_BETWEEN_SHARES:
            self._shared[place] = now
            self._write("progress", done=share.done, total=share.total, unit=share.unit)

    def output(self, line: str) -> None:
        self._write("output", text=line)

    def say(self, text: str) -> None:
        self._write("message", text=text)

    def result(self, event: str, value: Mapping[str, Any], text: str) -> None:
        self._write(event, **value)

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

    def _write(self, event: str, /, **values: Any) -> None:
        begin = {"event": event, "schema": SCHEMA, "time": moment(self._now())}
        whole = plain_json({**begin, **self._about, **self._branch, **values})
        print(json.dumps(whole), file=self._out, flush=True)


def failed_test(test: str, reason: str) -> str:
    return f"failed: {test}: {reason}"
