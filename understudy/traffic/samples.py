"""Which requests the prober sends and when, which answers count as lost, and their summary. Pure."""

import errno
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from understudy.local.numbers import number_of

SHOWN_FAILURES = 5
# Requests start two at once, so the gap between pairs is a twentieth of a second: a deploy that takes one
# second still gets enough requests to lose one.
MOST_REQUESTS_A_SECOND = 40
# How much of the time a host spends on answers to the prober at most. More would slow down the deploy that
# is measured, above all on a slow host with TLS.
SHARE_OF_THE_TIME = 0.5
# So many requests without an answer at once are more than the host keeps up with.
WAITING = 16
FEWEST_REQUESTS_A_SECOND = 2
# The operating system's errors, besides a refusal, that mean: no connection was made.
UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL}


# Codes with which a WebSocket is closed: service restart; without any (RFC 6455, 7.1.5).
RESTARTED, CUT_OFF = 1012, 1006
SWITCHING_PROTOCOLS = 101
# Seconds until a client is back whose WebSocket was closed, besides those that opening takes on this host.
LONGEST_GAP = 1.0


class Kind(StrEnum):
    """What a request asks for, and on which connection."""

    PAGE = "page"  # GET on a new connection
    KEPT = "kept"  # GET on a kept-alive connection
    POST = "post"  # POST on a new connection
    STATIC = "static"  # GET of a static file of the release before the switch
    NEW_STATIC = "new static"  # GET of a static file of the release after it
    WEBSOCKET = "websocket"  # a WebSocket is opened, or opened again after it was closed


class Outcome(StrEnum):
    """How a request ended. All but OK count as lost."""

    OK = "ok"
    REFUSED = "refused"
    RESET = "reset"  # or closed without an answer, or cut off in it
    TIMEOUT = "timeout"
    SERVER_ERROR = "5xx"
    STALE = "stale"  # started after the switch, and not answered by the new release
    MISSING = "missing"  # a static file that isn't there
    CUT = "cut"  # a WebSocket that was not closed as by a restart


FILES = {Kind.STATIC, Kind.NEW_STATIC}


@dataclass(frozen=True)
class ProbePaths:
    """URL paths to request. static: files of the release that is live when the prober starts. websocket: of a
    WebSocket to keep open.
    """

    page: str
    static: tuple[str, ...] = ()
    websocket: str | None = None


@dataclass(frozen=True)
class AfterSwitch:
    """What has to answer from the switch on.

    release_id: None for an app that cannot name its release. static: URL paths of its files.
    has_websocket: whether it must accept the WebSocket, which an older release may not have.
    """

    release_id: str | None = None
    static: tuple[str, ...] = ()
    has_websocket: bool = True


@dataclass(frozen=True)
class Sample:
    """One request that has ended.

    at: when it was due, in seconds since the prober's start. seconds: from then to the end of its answer.
    release: the release that answered, "" if the answer names none. status: 0 without an answer.
    """

    at: float
    kind: Kind
    outcome: Outcome
    seconds: float
    release: str = ""
    status: int = 0


def affordable_rate(seconds: float) -> float:
    """Requests a second for a host that needs so many seconds to answer one."""
    return min(MOST_REQUESTS_A_SECOND, SHARE_OF_THE_TIME / seconds)


def next_rate(rate: float, affordable: float, unanswered: int) -> float:
    """Requests a second from now on, if so many have no answer yet. affordable: as the site was at first.

    A host that is busy with the deploy takes longer for each. At the rate for an idle one requests would wait
    for each other, and be lost by the traffic and not by the deploy. A site that hangs still gets a few.
    """
    if unanswered > WAITING:
        return max(rate / 2, min(FEWEST_REQUESTS_A_SECOND, affordable))
    return min(rate * 1.1, affordable)


def next_request(number: int, paths: ProbePaths, new_static: Sequence[str]) -> tuple[Kind, str]:
    """Kind and URL path of a request by its number: all kinds in turn, and all files in turn."""
    # POST has a GET of the app on either side, so each write starts together with a read.
    turns: list[tuple[Kind, Sequence[str]]] = [
        (Kind.PAGE, [paths.page]),
        (Kind.POST, [paths.page]),
        (Kind.KEPT, [paths.page]),
        (Kind.STATIC, paths.static),
        (Kind.NEW_STATIC, new_static),
    ]
    known = [(kind, choice) for kind, choice in turns if choice]
    rounds, turn = divmod(number, len(known))
    kind, choice = known[turn]
    return kind, choice[rounds % len(choice)]


def classify(kind: Kind, answer: int | Exception, release: str, expected: str | None) -> Outcome:
    """How a request ended that got this status or failed with this error.

    release: the release that answered, "" if the answer names none. expected: the release that had to
    answer, None for any: the request started before the switch, or the app cannot name its release.
    """
    if isinstance(answer, Exception):
        return _of_error(answer)
    if 500 <= answer <= 599:
        return Outcome.SERVER_ERROR
    if kind in FILES:
        return Outcome.OK if answer == 200 else Outcome.MISSING
    # Any other status is an answer of the app, such as 403 for a form without its CSRF token.
    return Outcome.OK if expected in (None, release) else Outcome.STALE


def classify_websocket(
    code: int | None,
    answer: int | Exception,
    release: str,
    switch: AfterSwitch | None,
    late: float,
) -> Outcome:
    """How a WebSocket was opened that got this status or failed with this error.

    code: with which it was closed before, None if it was not open. release: as in classify(). switch: None
    before it. late: seconds since the close, but for those that opening takes on this host.
    """
    if isinstance(answer, Exception):
        return _of_error(answer)
    if answer >= 500:
        return Outcome.SERVER_ERROR
    if code not in (None, RESTARTED):
        return Outcome.CUT
    if code is not None and late > LONGEST_GAP:
        return Outcome.TIMEOUT
    if answer != SWITCHING_PROTOCOLS:
        # An answer of a release that need not have this WebSocket.
        return Outcome.REFUSED if switch and switch.has_websocket else Outcome.OK
    return Outcome.STALE if switch and switch.release_id not in (None, release) else Outcome.OK


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
    """All samples of a prober, counted. slowest and p99: seconds, 0 without samples."""

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
        """The lines to print: a table, the first losses, the latencies, and the total."""
        lost = [f"  {_line(sample)}" for sample in self.first_failures]
        return "\n".join(
            [
                *self._table(),
                *(["the first requests that were lost:", *lost] if lost else []),
                f"slowest request {_milliseconds(self.slowest)}, "
                f"99 of 100 within {_milliseconds(self.p99)}",
                self.total(),
            ]
        )

    def total(self) -> str:
        return f"{number_of(self.sent, 'request')}, {self.failures} lost"

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
    """What a report keeps of the traffic, and draws its graph from; docs/report.schema.json describes it.

    release: the one that went live meanwhile. switched_at: seconds since the prober's start.
    """
    return {
        "release": release,
        "switched_at": switched_at,
        "samples": [
            [round(sample.at, 3), round(sample.seconds, 4), sample.kind.value, sample.outcome.value]
            for sample in sorted(samples, key=lambda sample: sample.at)
        ],
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
    """By nearest rank, so that it is the latency of one of the requests."""
    return ordered[math.ceil(len(ordered) * 0.99) - 1] if ordered else 0.0


def _line(sample: Sample) -> str:
    status = f", status {sample.status}" if sample.status else ""
    release = f", from {sample.release}" if sample.release else ""
    after = _milliseconds(sample.seconds)
    return f"at {sample.at:.2f} s: {sample.kind}, {sample.outcome} after {after}{status}{release}"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
