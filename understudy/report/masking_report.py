"""Masks secrets in each event of a run before a terminal or a program gets it."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from understudy.errors import UnderstudyError
from understudy.local.background import Background
from understudy.local.once import once
from understudy.local.share import Share
from understudy.report.events import Report
from understudy.report.masking import mask
from understudy.report.record import with_texts_changed
from understudy.report.sanitize import plain

_TEXTS = ("summary", "details", "hint", "cause")


class MaskingReport(Report):
    """Forwards each event to another report, with `***` in place of each secret.

    make_report: called at the first event. secrets: called at the first event that has a text.
    change: of each text that is no output of a command on a host. takes_attached: False if the other report
    has a use for what is attached only during a phase, and need not be made for it before.
    """

    def __init__(
        self,
        make_report: Callable[[], Report],
        secrets: Callable[[], Collection[str]],
        change: Callable[[str], str] = str,
        *,
        takes_attached: bool = True,
    ) -> None:
        # Both may be asked for by the thread of prepare().
        self._make_report: Callable[[], Report] = once(make_report)
        self._find_secrets: Callable[[], Collection[str]] = once(secrets)
        self._change, self._takes_attached = change, takes_attached

    def prepare(self) -> None:
        def work() -> None:
            self._report.prepare()
            self._find_secrets()

        # What fails here fails again, and is reported, where it is needed.
        Background(work)

    def about(self, host: str, phase: str = "") -> None:
        self._report.about(host, phase)

    def hosts(self, names: Mapping[str, str]) -> None:
        self._report.hosts(names)

    def together(self, count: int) -> None:
        self._report.together(count)

    def branch(self, name: str) -> None:
        self._report.branch(name)

    def expect(self, seconds: float | None) -> None:
        self._report.expect(seconds)

    def phase_started(self, name: str, title: str) -> None:
        self._takes_attached = True
        self._report.phase_started(name, self._text(title))

    def phase_ended(self, name: str, seconds: float, *, ok: bool) -> None:
        self._report.phase_ended(name, seconds, ok=ok)

    def skipped(self, name: str, title: str, reason: str, enable: str = "") -> None:
        self._report.skipped(name, self._text(title), self._text(reason), self._text(enable))

    def ran(self, command: str, output: str, seconds: float, *, ok: bool) -> None:
        self._report.ran(self._mask(command), self._mask(output), seconds, ok=ok)

    def attach(self, name: str, value: Any) -> None:
        if self._takes_attached:
            self._report.attach(name, with_texts_changed(value, self._text))

    def started(self, title: str) -> None:
        self._report.started(self._text(title))

    def ended(self, title: str, seconds: float, *, ok: bool) -> None:
        self._report.ended(self._text(title), seconds, ok=ok)

    def detail(self, text: str) -> None:
        self._report.detail(self._text(text))

    def test_failed(self, test: str, reason: str) -> None:
        self._report.test_failed(self._text(test), self._text(reason))

    def progress(self, share: Share) -> None:
        self._report.progress(share)

    def output(self, line: str) -> None:
        self._report.output(self._mask(line))

    def say(self, text: str) -> None:
        self._report.say(self._text(text))

    def result(self, event: str, value: Mapping[str, Any], text: str) -> None:
        self._report.result(event, with_texts_changed(value, self._text), self._text(text))

    def warn(self, text: str) -> None:
        self._report.warn(self._text(text))

    def error(self, error: UnderstudyError) -> None:
        texts = {name: self._text(getattr(error, name)) for name in _TEXTS}
        # Not by its __init__: a class of errors may have one of its own.
        masked = error.__class__.__new__(error.__class__)
        vars(masked).update({**vars(error), **texts})
        self._report.error(masked)

    @property
    def _report(self) -> Report:
        return self._make_report()

    def _text(self, text: str) -> str:
        return self._change(self._mask(text))

    def _mask(self, text: str) -> str:
        # An app may colour a part of what it prints.
        return mask(plain(text), self._find_secrets())
