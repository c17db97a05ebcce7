"""Forwards each event of a run to another report, and keeps it for the Record."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import understudy
from understudy.errors import UnderstudyError
from understudy.local.share import Share
from understudy.report.equal_texts import EqualTexts
from understudy.report.events import Report, failed_test
from understudy.report.host_names import with_host, with_hosts
from understudy.report.record import (
    Command,
    Commit,
    Failure,
    Phase,
    Record,
    State,
    Step,
    Verdict,
    with_texts,
)
from understudy.report.sanitize import cut, plain

# Of a step that repeats a command, the first and last ones are kept.
MOST_COMMANDS = 40


def _equal_once(warnings: Sequence[tuple[str, str]], names: Mapping[str, str]) -> Iterator[str]:
    """One that several hosts gave has their names."""
    # Of more hosts than there are: it is not shown before all are known.
    of_hosts = EqualTexts(len(warnings) + 2, names)
    for host, text in warnings:
        yield from (with_hosts(*one) for one in of_hosts.add(host, text))
    yield from (with_hosts(*one) for one in of_hosts.rest())


@dataclass
class _Part:
    """A step or a phase. seconds, ok: None while it is running."""

    title: str
    began: float
    name: str = ""
    host: str = ""
    seconds: float | None = None
    ok: bool | None = None
    reason: str = ""
    enable: str = ""
    error: Failure | None = None
    lines: list[str] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    steps: list["_Part"] = field(default_factory=list)

    def shown_lines(self) -> tuple[str, ...]:
        return tuple(cut("\n".join(self.lines)).splitlines())

    def shown_commands(self) -> tuple[Command, ...]:
        half = MOST_COMMANDS // 2
        few = len(self.commands) <= MOST_COMMANDS
        return tuple(self.commands if few else self.commands[:half] + self.commands[-half:])


class Recorder(Report):
    """Records a run. report: gets each event, too. clock: seconds that only increase."""

    def __init__(
        self, report: Report, verb: str, target: str, began: str, clock: Callable[[], float]
    ) -> None:
        """began: the time now, as ISO 8601 in UTC."""
        self.report, self._clock, self._start = report, clock, clock()
        self._verb, self._target, self._began = verb, target, began
        self._phases: list[_Part] = []
        # The running steps of each phase, host and branch, the innermost last.
        self._open_on: dict[tuple[str, str, str], list[_Part]] = {}
        self._host, self._phase, self._branch = "", "", ""
        # With the host that gave each, "" for the whole target.
        self._warnings: list[tuple[str, str]] = []
        self._error: Failure | None = None
        # Of the hosts: address -> how it is shown.
        self._names: dict[str, str] = {}
        self._attachments: dict[str, Any] = {}
        # Called once, after the first step: the next one usually keeps the host at work for a while.
        self.prepare_report: Callable[[], None] | None = None
        # To be called while a run with screenshots waits for something: reports take long for those.
        self.prepare_pictures: Callable[[], None] = lambda: None

    def record(self, verdict: Verdict) -> Record:
        """The run until now. A running phase gets the verdict as its state; a running step has failed."""
        given = dict(self._attachments)
        app, commits, os = given.pop("app", ""), given.pop("commits", []), given.pop("os", {})
        whole = Record(
            verb=self._verb,
            target=self._target,
            began=self._began,
            seconds=self._now(),
            verdict=verdict,
            phases=tuple(self._recorded(part, verdict) for part in self._phases),
            warnings=tuple(_equal_once(self._warnings, self._names)),
            error=self._error,
            attachments={**given, **({"hosts": dict(self._names)} if self._names else {})},
            app=app,
            commit=Commit(**commits[0]) if commits else None,
            os=", ".join(dict.fromkeys(os.values())),
            version=understudy.__version__,
        )
        return with_texts(whole, plain)

    def prepare(self) -> None:
        self.report.prepare()

    def about(self, host: str, phase: str = "") -> None:
        self._host, self._phase = host, phase
        self.report.about(host, phase)

    def branch(self, name: str) -> None:
        self._branch = name
        self.report.branch(name)

    def together(self, count: int) -> None:
        self.report.together(count)

    def hosts(self, names: Mapping[str, str]) -> None:
        self._names.update(names)
        self.report.hosts(names)

    def expect(self, seconds: float | None) -> None:
        self.report.expect(seconds)

    def phase_started(self, name: str, title: str) -> None:
        self._end_unnamed()
        self._begin_phase(name, title)
        self.report.phase_started(name, title)

    def phase_ended(self, name: str, seconds: float, *, ok: bool) -> None:
        for part in self._running(name):
            part.seconds, part.ok = seconds, ok
        self.report.phase_ended(name, seconds, ok=ok)

    def skipped(self, name: str, title: str, reason: str, enable: str = "") -> None:
        self._end_unnamed()
        part = next(iter(self._running(name)), None) or self._begin_phase(name, title)
        part.seconds, part.reason = self._now() - part.began, reason or "no reason given"
        part.enable = enable
        self.report.skipped(name, title, reason, enable)

    def started(self, title: str) -> None:
        step = _Part(with_host(self._host, title), self._now(), host=self._host)
        self._current_phase().steps.append(step)
        self._open.append(step)
        self.report.started(title)

    def ended(self, title: str, seconds: float, *, ok: bool) -> None:
        if self._open:
            step = self._open.pop()
            step.seconds, step.ok = seconds, ok
            # What several hosts do at once may be reported once they have done it: host/all_hosts.py.
            step.began = max(min(step.began, self._now() - seconds), 0)
        self.report.ended(title, seconds, ok=ok)
        prepare, self.prepare_report = self.prepare_report, None
        if prepare:
            prepare()

    def ran(self, command: str, output: str, seconds: float, *, ok: bool) -> None:
        self._here().commands.append(Command(cut(command), cut(output), seconds, ok))
        self.report.ran(command, output, seconds, ok=ok)

    def attach(self, name: str, value: Any) -> None:
        """Adds to a mapping or a list that was attached under this name before; replaces other values."""
        before = self._attachments.get(name)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            self._attachments[name] = {**before, **value}
        elif isinstance(before, list) and isinstance(value, list):
            self._attachments[name] = [*before, *value]
        else:
            self._attachments[name] = value
        self.report.attach(name, value)

    def detail(self, text: str) -> None:
        self._note(text)
        self.report.detail(text)

    def test_failed(self, test: str, reason: str) -> None:
        self._note(failed_test(test, reason))
        self.report.test_failed(test, reason)

    def progress(self, share: Share) -> None:
        self.report.progress(share)

    def output(self, line: str) -> None:
        self.report.output(line)

    def say(self, text: str) -> None:
        self._note(text)
        self.report.say(text)

    def result(self, event: str, value: Mapping[str, Any], text: str) -> None:
        if text:
            self._note(text)
        self.report.result(event, value, text)

    def warn(self, text: str) -> None:
        self._warnings.append((self._host, cut(text)))
        self.report.warn(text)

    def error(self, error: UnderstudyError) -> None:
        """The last error is that of the run; the first one after a failed phase is also that phase's."""
        self._error = Failure(error.summary, error.cause, cut(error.details), error.hint)
        about = [part for part in self._phases if self._phase in ("", part.name)]
        for part in about[-1:]:
            if part.ok is False and part.error is None:
                part.error = self._error
        self.report.error(error)

    def _now(self) -> float:
        return self._clock() - self._start

    @property
    def _open(self) -> list[_Part]:
        return self._open_on.setdefault((self._phase, self._host, self._branch), [])

    def _note(self, text: str) -> None:
        """Adds a line to the running step, whose title names its host, or to the phase."""
        self._here().lines.append(
            text if self._open else with_host(self._names.get(self._host, self._host), text)
        )

    def _here(self) -> _Part:
        return self._open[-1] if self._open else self._current_phase()

    def _current_phase(self) -> _Part:
        """The running phase; outside of any phase, a new one without a name."""
        running = self._running(self._phase)
        return running[-1] if running else self._begin_phase("", "")

    def _running(self, name: str) -> list[_Part]:
        """The running phases of that name; all of them for an empty one."""
        return [part for part in self._phases if part.seconds is None and name in ("", part.name)]

    def _begin_phase(self, name: str, title: str) -> _Part:
        self._phases.append(_Part(title, self._now(), name))
        return self._phases[-1]

    def _end_unnamed(self) -> None:
        """Ends the phase without a name, as a phase with a name begins."""
        for part in self._phases:
            if not part.name and part.seconds is None:
                part.seconds, part.ok = self._now() - part.began, True

    def _recorded(self, part: _Part, verdict: Verdict) -> Phase:
        ok = verdict is Verdict.PASSED if part.ok is None else part.ok
        state = State.PASSED if ok else State.FAILED
        return Phase(
            name=part.name,
            title=part.title,
            state=State.SKIPPED if part.reason else state,
            reason=part.reason,
            at=part.began,
            seconds=self._seconds(part),
            steps=tuple(self._step(step) for step in part.steps),
            lines=part.shown_lines(),
            commands=part.shown_commands(),
            error=part.error,
            enable=part.enable,
        )

    def _step(self, part: _Part) -> Step:
        return Step(
            part.title,
            part.began,
            self._seconds(part),
            bool(part.ok),
            part.shown_lines(),
            part.shown_commands(),
            part.host,
        )

    def _seconds(self, part: _Part) -> float:
        return self._now() - part.began if part.seconds is None else part.seconds
