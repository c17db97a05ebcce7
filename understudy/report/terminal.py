"""What a user sees of a run: a line for each step or phase, in colour and with a running clock on a terminal.
Elsewhere what lasts has a line before it ends, and another every half minute.

Colour never is the only sign: green `✓` done, red `✗` failed, yellow `-` left out, yellow `!` a warning, cyan
`try:`; what is alarming and the verdict are bold; what only explains is dim.
"""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console

from understudy.errors import UnderstudyError
from understudy.local.numbers import number_of
from understudy.local.share import Share
from understudy.report.at_work import Place
from understudy.report.colours import Colours
from understudy.report.equal_texts import EqualTexts
from understudy.report.events import Report
from understudy.report.heartbeat import Heartbeat
from understudy.report.host_names import with_host, with_hosts
from understudy.report.live import Live
from understudy.report.phase_results import PhaseResults
from understudy.report.pytest_summary import without_summary
from understudy.report.sanitize import plain
from understudy.report.short import short
from understudy.report.skipped_phases import SkippedPhases
from understudy.report.styled import highlighted, mark, styled

if TYPE_CHECKING:
    from understudy.report.progress import RunningSteps

_VERDICT = "verdict: "
# Long answers of a look at several hosts: an equal one is shown once.
_EQUAL_ONCE = ("provision check", "plan")
# Of an error's details the first and the last lines: what matters of a traceback or of tests is at the end.
_LINES, _LINES_OF_ALL = (3, 12), (40, 80)

# Of so many a screen has room for each step.
_FEW_HOSTS = 8

# Of a traceback through an import: Python's own lines say nothing of the app.
_IMPORTING = 'File "<frozen importlib'


class TextReport(Report):
    """Events as text: on a terminal in colour and with a running clock, elsewhere as plain lines.

    verbosity: 1 shows all; 0 shows each step, but of a rehearsal a line for each phase; -1 shows warnings,
    errors and the verb's answer. Of many hosts 0 shows the answer, the warnings and the failures of each.
    out: a log's file, in place of standard output and standard error.
    """

    def __init__(self, verbosity: int = 0, out: TextIO | None = None) -> None:
        self._is_quiet, self._shows_all, self._is_log = verbosity < 0, verbosity > 0, bool(out)
        # Without highlighting, which colours any number: here colour has a meaning. Texts are printed
        # as Text: in a str, rich reads `[x]` as markup and `:key:` as an emoji.
        is_terminal = False if out else None
        self._out = Console(file=out, force_terminal=is_terminal, highlight=False, soft_wrap=True)
        self._err = self._out if out else Console(highlight=False, soft_wrap=True, stderr=True)
        self._is_drawn = self._out.is_terminal and not self._out.is_dumb_terminal
        self._running: RunningSteps | Heartbeat | None = None
        # The running steps of each phase, on each host, in each branch, the innermost last.
        self._steps: defaultdict[tuple[str, str, str], list[Live]] = defaultdict(list)
        # The running phases of which the steps are not printed.
        self._phases: dict[str, PhaseResults] = {}
        self._end: float | None = None
        self._host, self._phase, self._branch = "", "", ""
        self._are_many = False
        # Of the hosts: address -> how it is shown.
        self._names: dict[str, str] = {}
        self._warnings = EqualTexts(0, self._names)
        self._answers = EqualTexts(0, self._names)
        self._skipped = SkippedPhases()
        self._colours = Colours()
        # Their lines in pytest's summary, in the details of an error, would say the same again.
        self._failed_tests: set[str] = set()

    def prepare(self) -> None:
        if self._out.is_terminal:
            from understudy.report import progress  # noqa: F401

    def about(self, host: str, phase: str = "") -> None:
        self._host, self._phase = host, phase

    def hosts(self, names: Mapping[str, str]) -> None:
        self._names.update(names)
        self._are_many = len(names) > _FEW_HOSTS and not self._shows_all

    def together(self, count: int) -> None:
        for hosts, text in self._warnings.rest():
            self._warn(hosts, text)
        for hosts, text in self._answers.rest():
            self._answer_of(hosts, text)
        self._warnings = EqualTexts(count, self._names)
        self._answers = EqualTexts(count, self._names)

    def branch(self, name: str) -> None:
        self._branch = name

    def expect(self, seconds: float | None) -> None:
        self._end = None if seconds is None else time.monotonic() + seconds

    def phase_started(self, name: str, title: str) -> None:
        if self._shows_all:
            self._out.print(styled(("==>", "bold blue"), (f" {title}", "bold")))
        else:
            self._phases[name] = PhaseResults(title)
            self._show(Place(name), Live(plain(title), time.monotonic()))

    def phase_ended(self, name: str, seconds: float, *, ok: bool) -> None:
        self._hide(Place(name))
        results = self._phases.pop(name, None)
        if results and not self._is_quiet:
            found = f", {results}" if str(results) else ""
            self._out.print(
                styled(mark(ok), f" {results.title} ", (f"{seconds:.1f} s{found}", "dim"))
            )

    def skipped(self, name: str, title: str, reason: str, enable: str = "") -> None:
        self._hide(Place(name))
        self._phases.pop(name, None)
        self._skipped.add(name, title, reason, enable)
        if self._shows_all:
            self._show_skipped()

    def _show_skipped(self) -> None:
        for line in self._skipped.take():
            if not self._is_quiet:
                self._out.print(styled(("-", "yellow"), f" {line}"))

    def ran(self, command: str, output: str, seconds: float, *, ok: bool) -> None:
        pass

    def attach(self, name: str, value: Any) -> None:
        for phase in self._about_phases():
            phase.attach(name, value)

    def started(self, title: str) -> None:
        live = Live(plain(title), time.monotonic(), bool(self._phases), plain(self._name))
        steps = self._steps[self._place]
        steps.append(live)
        self._show(Place(*self._place, len(steps)), live)

    def ended(self, title: str, seconds: float, *, ok: bool) -> None:
        steps = self._steps[self._place]
        self._hide(Place(*self._place, len(steps)))
        amount = steps.pop().whole(seconds) if steps else ""
        if not (self._is_quiet or (ok and (self._phases or self._is_one_of_many))):
            text = with_host(self._name, title)
            self._out.print(styled(mark(ok), f" {text} ", (f"{seconds:.1f} s{amount}", "dim")))

    def detail(self, text: str) -> None:
        hidden = self._is_quiet or self._phases or self._is_one_of_many
        if self._shows_all or not (self._show_live(text) or hidden):
            self._out.print(styled((f"  {with_host(self._name, text)}", "dim")))

    def test_failed(self, test: str, reason: str) -> None:
        if not self._is_quiet:
            self._failed_tests.add(test)
            text = with_host(self._name, f"{test}: {reason}")
            self._out.print(styled(mark(ok=False), f" {text}"))

    def progress(self, share: Share) -> None:
        for live in self._steps[self._place][-1:]:
            live.advance(share, time.monotonic())

    def output(self, line: str) -> None:
        """Shown only on a terminal, until the next lines replace it: in a log it would hide the steps."""
        self._show_live(line)

    def say(self, text: str) -> None:
        if self._phases:
            self._show_live(text)
        elif not ((self._is_quiet or self._is_one_of_many) and self._steps[self._place]):
            self._answer(text)

    def result(self, event: str, value: Mapping[str, Any], text: str) -> None:
        shown = short(event, value, text) if self._is_quiet else text
        if shown and self._host and event in _EQUAL_ONCE:
            for hosts, whole in self._answers.add(self._host, shown):
                self._answer_of(hosts, whole)
        elif shown:
            self._answer(shown, str(value.get("process", "")))

    def _answer(self, text: str, process: str = "") -> None:
        self._answer_of([self._name] if self._name else [], text, process)

    def _answer_of(self, hosts: Sequence[str], text: str, process: str = "") -> None:
        self._show_skipped()
        answer = highlighted(styled(with_hosts(hosts, text)))
        self._colours.mark(answer, ", ".join(hosts), process)
        self._out.print(answer)

    def warn(self, text: str) -> None:
        for hosts, shown in self._warnings.add(self._host, text):
            self._warn(hosts, shown)

    def _warn(self, hosts: Sequence[str], text: str) -> None:
        self._err.print(styled(("!", "yellow"), f" {with_hosts(hosts, text)}"))

    def error(self, error: UnderstudyError) -> None:
        with self._without_running():
            self._show_skipped()
            self._print_error(error)

    def _print_error(self, error: UnderstudyError) -> None:
        if error.summary.startswith(_VERDICT):
            self._err.print(highlighted(styled(error.summary)))
        elif error.label:
            self._err.print(styled((f"{error.label}:", "bold red"), f" {error.summary}"))
        else:
            self._err.print(styled(error.summary))
        if error.cause:
            self._err.print(styled(("cause:", "bold"), f" {error.cause}"))
        if error.details:
            lines = without_summary(error.details.splitlines(), self._failed_tests)
            most = _LINES_OF_ALL if self._shows_all else _LINES
            for line in lines if error.is_list else _shortened(lines, *most):
                self._err.print(styled(f"  {line}"))
        if error.hint:
            self._err.print(styled(("try:", "cyan"), f" {error.hint}"))

    @property
    def _name(self) -> str:
        return self._names.get(self._host, self._host)

    @property
    def _is_one_of_many(self) -> bool:
        return self._are_many and bool(self._host)

    @property
    def _place(self) -> tuple[str, str, str]:
        return self._phase, self._host, self._branch

    def _about_phases(self) -> list[PhaseResults]:
        """The phase that an event is about; without a name it is the only one."""
        return [one for name, one in self._phases.items() if self._phase in ("", name)]

    def _show(self, place: Place, live: Live) -> None:
        """Shows a running step or phase."""
        if self._is_quiet or self._is_log:
            return
        if self._running is None:
            self._running = self._new_running()
        self._running.end = self._end
        self._running.show(place, live)

    def _new_running(self) -> "RunningSteps | Heartbeat":
        if not self._is_drawn:
            return Heartbeat(self._out)
        # It takes long to import, and runs that are piped have no use for it.
        from understudy.report.progress import RunningSteps

        return RunningSteps(self._out)

    def _hide(self, place: Place) -> None:
        if self._running:
            self._running.hide(place)

    def _show_live(self, text: str) -> bool:
        """Shows a text under the running step. False without a terminal or a running step."""
        steps = self._steps[self._place]
        if not (self._running and self._is_drawn and steps):
            return False
        steps[-1].add(text)
        return True

    def _without_running(self) -> AbstractContextManager[None]:
        return self._running.paused() if self._running else nullcontext()


def _shortened(lines: list[str], first: int, last: int) -> list[str]:
    """What a user can still take in. A line or two more are not left out for a line that says so."""
    if len(lines) <= first + last + 2:
        return lines
    begin, rest = lines[:first], [line for line in lines[first:] if _IMPORTING not in line][-last:]
    left_out = len(lines) - len(begin) - len(rest)
    return [*begin, f"… {number_of(left_out, 'line')} left out: -v shows more …", *rest]
