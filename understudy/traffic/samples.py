"""What a probe asks, what counts as lost, and how that is told. It asks nothing itself: probe.py does."""

import errno
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

SHOWN_FAILURES = 5
# Enough to see a gap of a fifth of a second.
MOST_REQUESTS_A_SECOND = 5
# Of the time goes into answers at most: a probe must not be the load that a deploy suffers from, as
# it would be on a slow host with TLS.
SHARE_OF_THE_TIME = 0.5
# No connection came about, and it wasn't for want of an answer.
UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL}


class Kind(StrEnum):
    """What a request asks for, and how."""

    PAGE = "page"  # GET on a new connection
    KEPT = "kept"  # GET on a kept-alive connection
    POST = "post"  # POST on a new connection
    STATIC = "static"  # GET of a static file of the release before the switch
    NEW_STATIC = "new static"  # GET of a static file of the release after it


class Outcome(StrEnum):
    """What became of a request. Everything but OK is a loss."""

    OK = "ok"
    REFUSED = "refused"
    RESET = "reset"  # or closed without an answer, or cut off in it
    TIMEOUT = "timeout"
    SERVER_ERROR = "5xx"
    STALE = "stale"  # begun after the switch, but not answered by the new release
    MISSING = "missing"  # a static file that isn't there


FILES = {Kind.STATIC, Kind.NEW_STATIC}


@dataclass(frozen=True)
class ProbePaths:
    """URL paths to ask for. static: files of the release that serves when the probe begins."""

    page: str
    static: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sample:
    """One request. at: seconds since the probe's start. seconds: until its answer was whole.

    release: what the answer said of where it came from, "" if nothing. status: 0 if none came.
    """

    at: float
    kind: Kind
    outcome: Outcome
    seconds: float
    release: str = ""
    status: int = 0


def affordable_rate(seconds: float) -> float:
    """How many requests a second are sent to a host that takes so long for one."""
    return min(MOST_REQUESTS_A_SECOND, SHARE_OF_THE_TIME / seconds)


def next_request(number: int, paths: ProbePaths, new_static: Sequence[str]) -> tuple[Kind, str]:
    """Kind and URL path of a request by its number: all kinds in turn, and all files in turn."""
    turns: list[tuple[Kind, Sequence[str]]] = [
        (Kind.PAGE, [paths.page]),
        (Kind.STATIC, paths.static),
        (Kind.KEPT, [paths.page]),
        (Kind.NEW_STATIC, new_static),
        (Kind.POST, [paths.page]),
    ]
    known = [(kind, choice) for kind, choice in turns if choice]
    rounds, turn = divmod(number, len(known))
    kind, choice = known[turn]
    return kind, choice[rounds % len(choice)]


def classify(kind: Kind, answer: int | Exception, release: str, expected: str | None) -> Outcome:
    """What became of a request that got this status or failed with this error.

    release: what the answer said, "" if nothing. expected: the release that had to answer, None
    for a request that began before the switch.
    """
    if isinstance(answer, Exception):
        return _of_error(answer)
    if 500 <= answer <= 599:
        return Outcome.SERVER_ERROR
    if kind in FILES:
        return Outcome.OK if answer == 200 else Outcome.MISSING
    # Any other status is an answer of the app, a refused form too.
    return Outcome.OK if expected in (None, release) else Outcome.STALE


def _of_error(error: Exception) -> Outcome:
    if isinstance(error, TimeoutError):
        return Outcome.TIMEOUT
    if isinstance(error, ConnectionRefusedError):
        return Outcome.REFUSED
    if isinstance(error, OSError) and error.errno in UNREACHABLE:
        return Outcome.REFUSED
    return Outcome.RESET


@dataclass(frozen=True)
class Summary:
    """All samples of a probe in figures. slowest and p99: seconds, 0 if there are no samples."""

    sent: int
    by_kind: Mapping[Kind, int]
    by_outcome: Mapping[Outcome, int]
    cells: Mapping[tuple[Kind, Outcome], int]
    slowest: float
    p99: float
    first_failures: tuple[Sample, ...]

    @classmethod
    def of(cls, samples: Iterable[Sample]) -> Self:
        ordered = sorted(samples, key=lambda sample: sample.at)
        seconds = sorted(sample.seconds for sample in ordered)
        failed = [sample for sample in ordered if sample.outcome is not Outcome.OK]
        return cls(
            sent=len(ordered),
            by_kind=Counter(sample.kind for sample in ordered),
            by_outcome=Counter(sample.outcome for sample in ordered),
            cells=Counter((sample.kind, sample.outcome) for sample in ordered),
            slowest=seconds[-1] if seconds else 0.0,
            p99=_p99(seconds),
            first_failures=tuple(failed[:SHOWN_FAILURES]),
        )

    @property
    def failures(self) -> int:
        return self.sent - self.by_outcome.get(Outcome.OK, 0)

    def text(self) -> str:
        """The lines to print: a table, the first losses, the slowest request, and the figure."""
        lost = [f"  {_told(sample)}" for sample in self.first_failures]
        return "\n".join(
            [
                *self._table(),
                *(["the first that were lost:", *lost] if lost else []),
                f"slowest request {_milliseconds(self.slowest)}, "
                f"99 of 100 within {_milliseconds(self.p99)}",
                f"{self.sent} requests, {self.failures} lost",
            ]
        )

    def _table(self) -> list[str]:
        columns = [outcome for outcome in Outcome if self.by_outcome.get(outcome)]
        columns = columns if Outcome.OK in columns else [Outcome.OK, *columns]
        rows = [_row("", ["sent", *columns])]
        for kind in (kind for kind in Kind if self.by_kind.get(kind)):
            counts = [self.cells.get((kind, outcome), 0) for outcome in columns]
            rows.append(_row(kind, [self.by_kind[kind], *counts]))
        totals = [self.by_outcome.get(outcome, 0) for outcome in columns]
        return [*rows, _row("total", [self.sent, *totals])]


def as_json(
    release: str, summary: Summary, samples: Iterable[Sample], switched_at: float | None
) -> dict[str, object]:
    """What a report keeps of a probe, and draws its graph from; docs/report.schema.json tells it.

    release: which took over meanwhile.
    """
    ordered = sorted(samples, key=lambda sample: sample.at)
    told = [
        [round(sample.at, 3), round(sample.seconds, 4), sample.kind.value, sample.outcome.value]
        for sample in ordered
    ]
    return {
        "release": release,
        "switched_at": switched_at,
        "samples": told,
        "sent": summary.sent,
        "lost": summary.failures,
        "lost_by": {
            outcome.value: count
            for outcome, count in summary.by_outcome.items()
            if outcome is not Outcome.OK and count
        },
        "p99": summary.p99,
    }


def _row(name: str, cells: Sequence[object]) -> str:
    return f"{name:<10}" + "".join(f"{cell!s:>9}" for cell in cells)


def _p99(ordered: Sequence[float]) -> float:
    """By nearest rank: a latency that some request really had."""
    return ordered[math.ceil(len(ordered) * 0.99) - 1] if ordered else 0.0


def _told(sample: Sample) -> str:
    status = f", status {sample.status}" if sample.status else ""
    release = f", from {sample.release}" if sample.release else ""
    after = _milliseconds(sample.seconds)
    return f"at {sample.at:.2f} s: {sample.kind}, {sample.outcome} after {after}{status}{release}"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
