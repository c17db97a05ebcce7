"""A run as one frozen value, from which report.json, junit.xml and the page are made. Pure.

All times are seconds; `at` counts from the start of the run. docs/report.schema.json describes the JSON.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from enum import Enum, StrEnum
from typing import Any

from understudy.report.masking import mask

# Of report.json. 1 had no `schema`, and nothing about the app, the commit and the versions.
SCHEMA = 2


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class State(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Command:
    """A command on a host and what it printed, of bounded length."""

    command: str
    output: str
    seconds: float
    ok: bool


@dataclass(frozen=True)
class Step:
    """A step of a run. lines: the messages while it ran. host: one of several, and its title begins with it."""

    title: str
    at: float
    seconds: float
    ok: bool
    lines: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()
    host: str = ""


@dataclass(frozen=True)
class Failure:
    """An error that was reported; the fields are those of UnderstudyError."""

    summary: str
    cause: str = ""
    details: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Commit:
    """What was deployed. time: of the commit, ISO 8601. branch: the one that is checked out at it; "" if none
    is. uncommitted: files that differ on disk, and were not deployed.
    """

    id: str
    subject: str = ""
    author: str = ""
    time: str = ""
    branch: str = ""
    uncommitted: int = 0


@dataclass(frozen=True)
class Counts:
    """Of one suite, or of several."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped
        )


@dataclass(frozen=True)
class Phase:
    """A part of a run. A run of a verb without phases has one phase without a name.

    reason: why it was skipped. enable: what a user can do so that it runs; "" if nothing.
    error: why it failed, if that was reported besides the error of the run.
    lines, commands: those outside of its steps.
    """

    name: str
    title: str
    state: State
    reason: str
    at: float
    seconds: float
    steps: tuple[Step, ...] = ()
    lines: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()
    error: Failure | None = None
    enable: str = ""


@dataclass(frozen=True)
class Record:
    """A run. began: ISO 8601, UTC. attachments: name -> JSON; docs/report.md lists them.

    app: its name; "" if the run has not come so far. os: of the hosts. version: Understudy's.
    """

    verb: str
    target: str
    began: str
    seconds: float
    verdict: Verdict
    phases: tuple[Phase, ...] = ()
    warnings: tuple[str, ...] = ()
    error: Failure | None = None
    attachments: Mapping[str, Any] = field(default_factory=dict)
    app: str = ""
    commit: Commit | None = None
    os: str = ""
    version: str = ""

    def to_json(self) -> dict[str, Any]:
        """The record as json.dumps takes it, by docs/report.schema.json."""
        counts = {name: asdict(count) for name, count in self.test_counts().items()}
        return {"schema": SCHEMA, **asdict(self), "test_counts": counts}

    def test_counts(self) -> dict[str, Counts]:
        """By suite. A test that ended in an error has failed."""
        suites = self.attachments.get("tests") or {}
        return {
            name: counted([test["outcome"] for test in tests]) for name, tests in suites.items()
        }

    def hosts(self) -> tuple[str, ...]:
        """Those of several that took part."""
        steps = (step for phase in self.phases for step in phase.steps)
        return tuple(dict.fromkeys(step.host for step in steps if step.host))

    def host_names(self) -> Mapping[str, str]:
        """Of several: address -> how it is shown."""
        return self.attachments.get("hosts") or {}

    def skipped_phases(self) -> tuple[Phase, ...]:
        return tuple(phase for phase in self.phases if phase.state is State.SKIPPED)

    def failed_steps(self) -> Iterator[Step]:
        """The failed steps of failed phases: in a phase that passes a failed step is only a warning."""
        for phase in self.phases:
            if phase.state is State.FAILED:
                yield from (step for step in phase.steps if not step.ok)


def counted(outcomes: list[str]) -> Counts:
    """Of tests that ended so."""
    passed, skipped = outcomes.count("passed"), outcomes.count("skipped")
    return Counts(passed, len(outcomes) - passed - skipped, skipped)


def masked(record: Record, secrets: Collection[str]) -> Record:
    """The record with these values masked in each of its texts, in every form."""
    return with_texts(record, lambda text: mask(text, secrets))


def with_texts(record: Record, change: Callable[[str], str]) -> Record:
    """The record with each text in it changed; verdicts and states stay as they are."""
    changed: Record = with_texts_changed(record, change)
    return changed


def with_texts_changed(value: Any, change: Callable[[str], str]) -> Any:
    """A value of the record, or of JSON, with each text in it changed."""
    match value:
        case Enum():
            return value
        case str():
            return change(value)
        case Mapping():
            return {
                with_texts_changed(key, change): with_texts_changed(item, change)
                for key, item in value.items()
            }
        case list() | tuple():
            return type(value)(with_texts_changed(item, change) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        parts = {part.name: getattr(value, part.name) for part in fields(value)}
        return replace(
            value, **{name: with_texts_changed(part, change) for name, part in parts.items()}
        )
    return value
