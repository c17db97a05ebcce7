"""Fakes of a host's connection and of a report, and samples of settings and facts."""

import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Self

from understudy.commands import Argv
from understudy.config.model import Config
from understudy.errors import UnderstudyError
from understudy.host.facts import ObservedState
from understudy.host.readings import Readings
from understudy.host.site_status import Live, Site, Status
from understudy.local.minutes import in_minutes
from understudy.local.share import Share
from understudy.paths import Overlay
from understudy.release.layout import Manifest
from understudy.report.events import Report
from understudy.ssh.connection import Result
from understudy.ssh.stream import Content

TOP = Path(__file__).resolve().parents[2]
TEMPLATES = Overlay((TOP / "templates",))


def printed(output: str) -> Result:
    return Result(ok=True, output=output, errors="")


def failed(output: str = "", errors: str = "") -> Result:
    return Result(ok=False, output=output, errors=errors)


OK = printed("")


def for_people(text: str) -> None:
    """Raises AssertionError for a point in time as only programs write it: people read minutes, or ages."""
    assert in_minutes(text) == text, f"a raw time: {text}"


@dataclass
class FakeConnection:
    """A host that records commands and answers from a table. An unexpected command fails the test.

    answers: part of a command -> its results, one after another; the last one repeats.
    quiet: parts of other expected commands; they succeed and print nothing.
    notes: the commands, locks and written files, in order. files: written content by path or name.
    """

    answers: Mapping[str, Result | list[Result]] = field(default_factory=dict)
    quiet: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    streams: list[bytes] = field(default_factory=list)
    # Who took the lock, and how many seconds it would wait.
    holders: list[tuple[str, int]] = field(default_factory=list)
    transport: object = None
    # The result of a command whose output is read in pieces.
    receive: Callable[[Argv, Content, Callable[[bytes], None]], Result] | None = None

    def run(
        self,
        argv: Argv,
        *,
        user: str | None = None,
        seconds: int = 600,
        on_line: Callable[[str], None] = lambda line: None,
        on_silence: Callable[[str], None] = lambda text: None,
    ) -> Result:
        command = shlex.join(argv)
        self.notes.append(f"{user}: {command}" if user else command)
        answer = next((found for part, found in self.answers.items() if part in command), None)
        if answer is None:
            assert any(part in command for part in self.quiet), f"no test expects: {command}"
            answer = OK
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        for line in answer.output.splitlines():
            on_line(line)
        return answer

    def send(self, argv: Argv, content: Content) -> Result:
        match content:
            case str():
                self.sent.append(content)
            case Path():
                self.files[content.name] = content.read_bytes()
            case _:
                self.streams.append(b"".join(content))
        return self.run(argv)

    def put(self, content: bytes, remote: PurePosixPath) -> None:
        self.notes.append(f"put {remote}")
        self.files[str(remote)] = content

    @contextmanager
    def lock(
        self,
        path: PurePosixPath,
        holder: str,
        wait: int = 0,
        on_wait: Callable[[str], None] = lambda what: None,
    ) -> Iterator[str]:
        self.notes.append(f"lock {path}")
        self.holders.append((holder, wait))
        try:
            yield "another deploy"
        finally:
            self.notes.append("unlock")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.notes.append("closed")


class FakeReport(Report):
    """A report that keeps each event."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, bool]] = []
        self.details: list[str] = []
        self.printed: list[str] = []
        self.shares: list[Share] = []
        self.said: list[str] = []
        self.warnings: list[str] = []
        self.phases: list[tuple[str, str]] = []
        self.attached: dict[str, Any] = {}
        # Of a skipped phase: what enables it.
        self.enabling: dict[str, str] = {}
        self.commands: list[tuple[str, str, bool]] = []
        self.expected: list[float | None] = []
        self.errors: list[UnderstudyError] = []
        self.host = ""
        self.prepared = 0
        # The messages about each host.
        self.said_of: dict[str, list[str]] = {}
        # The answers of verbs: event and fields. The lines of their texts are among `said`.
        self.results: list[tuple[str, Mapping[str, Any]]] = []

    def prepare(self) -> None:
        self.prepared += 1

    def together(self, count: int) -> None:
        pass

    def hosts(self, names: Mapping[str, str]) -> None:
        pass

    def branch(self, name: str) -> None:
        pass

    def about(self, host: str, phase: str = "") -> None:
        self.host = host

    def expect(self, seconds: float | None) -> None:
        self.expected.append(seconds)

    def phase_started(self, name: str, title: str) -> None:
        pass

    def phase_ended(self, name: str, seconds: float, *, ok: bool) -> None:
        self.phases.append((name, "passed" if ok else "failed"))

    def skipped(self, name: str, title: str, reason: str, enable: str = "") -> None:
        self.phases.append((name, f"skipped, {reason}"))
        self.enabling[name] = enable

    def ran(self, command: str, output: str, seconds: float, *, ok: bool) -> None:
        self.commands.append((command, output, ok))

    def attach(self, name: str, value: Any) -> None:
        self.attached[name] = value

    def started(self, title: str) -> None:
        pass

    def ended(self, title: str, seconds: float, *, ok: bool) -> None:
        self.steps.append((title, ok))

    def detail(self, text: str) -> None:
        self.details.append(text)

    def test_failed(self, test: str, reason: str) -> None:
        self.details.append(f"failed: {test}: {reason}")

    def progress(self, share: Share) -> None:
        self.shares.append(share)

    def output(self, line: str) -> None:
        self.printed.append(line)

    def say(self, text: str) -> None:
        for_people(text)
        self.said.append(text)
        self.said_of.setdefault(self.host, []).append(text)

    def result(self, event: str, value: Mapping[str, Any], text: str) -> None:
        from tests.unit import event_schema

        event_schema.check_answer(event, value)
        self.results.append((event, value))
        for line in text.splitlines():
            self.say(line)

    def warn(self, text: str) -> None:
        for_people(text)
        self.warnings.append(text)

    def error(self, error: UnderstudyError) -> None:
        self.errors.append(error)


def settings(
    app: Mapping[str, Any] | None = None, target: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The content of a small deploy.yml; app, target: keys to change or add."""
    given = target or {}
    where = {} if {"addresses", "hosts"} & {*given} else {"address": "192.0.2.7"}
    name = {} if "domains" in given else {"domain": "shop.test"}
    return {
        "app": {
            "name": "shop",
            "source": ".",
            "module": "shop.wsgi:application",
            **(app or {}),
        },
        "targets": {
            "staging": {
                **name,
                **where,
                "admin": "debian",
                "require_receipt": False,
                **given,
            }
        },
    }


def config(
    app: Mapping[str, Any] | None = None, target: Mapping[str, Any] | None = None, **parts: Any
) -> Config:
    """parts: of deploy.yml, such as `host`."""
    return Config.model_validate({**settings(app, target), **parts})


def manifest(release_id: str, deployed_at: str = "2024-01-01", lock: str = "lock1") -> Manifest:
    return Manifest(release_id, "c0ffee", lock, deployed_at, "ann@desk")


def well() -> Status:
    """Of a site that has no problem."""
    live = Live("r1", "c0ffee", "", "2024-01-01T00:00:00.000Z", "ann@desk", running=True)
    site = Site("staging", "192.0.2.7", "Debian", "http://shop.test", "sqlite", live)
    return Status(site, Readings(datetime(2024, 2, 1, tzinfo=UTC)))


def facts(**changes: Any) -> ObservedState:
    """The state of a provisioned host without a release; changes: other facts."""
    fresh = ObservedState(
        stamp="stamp",
        python="3.11",
        machine="x86_64",
        os="Debian GNU/Linux 12 (bookworm)",
        current=None,
        releases=(),
        venvs=frozenset(),
        packages=frozenset(),
        served=frozenset(),
        served_since={},
        secrets="1 2",
        free=10**12,
        half_made=frozenset(),
        files={},
        running=frozenset(),
        ending=frozenset(),
        nginx_active=True,
        last_holder="",
    )
    return replace(fresh, **changes)
