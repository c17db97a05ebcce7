"""The phases and steps of a run at their places in its timeline. Each of several hosts has a lane. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from understudy.report.host_names import with_host
from understudy.report.record import Phase, Record, State, Step

# How the titles of steps begin in which a host waits for the others (host/gates.py).
_WAIT = "wait "


@dataclass(frozen=True)
class Axis:
    """The time that the width of the timeline is: in seconds of the run."""

    begin: float
    seconds: float

    def place(self, at: float) -> float:
        """In percent."""
        return round(min(max(100 * (at - self.begin) / self.seconds, 0), 100), 2)

    def bar(self, at: float, seconds: float) -> tuple[float, float]:
        """Left and width in percent: wide enough to be seen, and within the timeline."""
        width = round(min(max(100 * seconds / self.seconds, 0.6), 100), 2)
        return min(self.place(at), round(100 - width, 2)), width


@dataclass(frozen=True)
class Row:
    """A step on the page. title: without its host. state: passed, failed or warned; stopped: another host has
    failed, for which it waited. left, width: of its bar, in percent.
    """

    id: str
    step: Step
    title: str
    state: str
    left: float
    width: float
    open: bool
    waits: bool = False


@dataclass(frozen=True)
class Gate:
    """A point at which hosts have waited for each other. at: seconds when the last of them came, in the run.
    left: of its mark, in percent. last: who came last, "" if only one was there. longest: seconds that one
    waited. open: whether all continued.
    """

    title: str
    at: float
    left: float
    last: str
    longest: float
    open: bool


@dataclass(frozen=True)
class Lane:
    """What one of several hosts did in a phase. waited: seconds."""

    id: str
    host: str
    rows: Sequence[Row]
    seconds: float
    waited: float
    state: str

    @property
    def meets(self) -> bool:
        """Whether it has come to a gate."""
        return any(row.waits for row in self.rows)


@dataclass(frozen=True)
class Part:
    """A phase on the page, with its steps. rows: those that are in no lane, of the phase as a whole.
    lanes, gates: if several hosts took part.
    """

    id: str
    phase: Phase
    left: float
    width: float
    rows: Sequence[Row]
    lanes: Sequence[Lane] = ()
    gates: Sequence[Gate] = ()

    @property
    def all_rows(self) -> Sequence[Row]:
        return (*self.rows, *(row for lane in self.lanes for row in lane.rows))


def parts(record: Record) -> Iterator[Part]:
    names = record.host_names()
    run = Axis(0, max(record.seconds, 0.001))
    numbers = iter(range(1, 1 + sum(len(phase.steps) for phase in record.phases)))
    for number, phase in enumerate(record.phases, 1):
        has_lanes = len({step.host for step in phase.steps if step.host}) > 1
        # In a long run a deploy is too short for its waits to be seen: lanes are as long as their phase.
        axis = Axis(phase.at, max(phase.seconds, 0.001)) if has_lanes and phase.name else run
        rows = [
            _row(
                f"step-{next(numbers)}",
                phase,
                step,
                axis if step.host else run,
                names,
                in_lane=has_lanes,
            )
            for step in phase.steps
        ]
        own = [row for row in rows if not (has_lanes and row.step.host)]
        lanes = tuple(_lanes(f"phase-{number}", rows)) if has_lanes else ()
        gates = tuple(_gates(rows, axis)) if has_lanes else ()
        yield Part(f"phase-{number}", phase, *run.bar(phase.at, phase.seconds), own, lanes, gates)


def whole_title(step: Step, names: Mapping[str, str]) -> str:
    """With its host, if it is of one of several. names: of Record.host_names()."""
    return with_host(names.get(step.host, step.host), _title(step))


def _row(
    id: str, phase: Phase, step: Step, axis: Axis, names: Mapping[str, str], *, in_lane: bool
) -> Row:
    title = _title(step) if in_lane else whole_title(step, names)
    waits = in_lane and is_wait(title)
    state = _state(phase, step, waits=waits)
    place = axis.bar(step.at, step.seconds)
    return Row(id, step, title, state, *place, open=state == "failed", waits=waits)


def _state(phase: Phase, step: Step, *, waits: bool) -> str:
    if step.ok:
        return "passed"
    if phase.state is not State.FAILED:
        return "warned"
    others = (one for one in phase.steps if not one.ok and one.host != step.host)
    return "stopped" if waits and any(not is_wait(_title(one)) for one in others) else "failed"


def is_wait(title: str) -> bool:
    """Whether a step, by its title without a host, waits for other hosts."""
    return title.startswith(_WAIT)


def _title(step: Step) -> str:
    return step.title.removeprefix(f"{step.host}: ") if step.host else step.title


def _lanes(phase: str, rows: Sequence[Row]) -> Iterator[Lane]:
    """In the order in which the hosts began."""
    for number, (host, own) in enumerate(_by_host(rows).items(), 1):
        steps = [row.step for row in own]
        ends = max(step.at + step.seconds for step in steps)
        states = {row.state for row in own}
        yield Lane(
            f"{phase}-host-{number}",
            host,
            own,
            ends - min(step.at for step in steps),
            sum(row.step.seconds for row in own if row.waits),
            next((one for one in ("failed", "stopped", "warned") if one in states), "passed"),
        )


def _by_host(rows: Iterable[Row]) -> Mapping[str, Sequence[Row]]:
    hosts = dict.fromkeys(row.step.host for row in rows if row.step.host)
    return {host: [row for row in rows if row.step.host == host] for host in hosts}


def _gates(rows: Sequence[Row], axis: Axis) -> Iterator[Gate]:
    """In the order in which they opened."""
    times: Counter[tuple[str, str]] = Counter()
    met: list[tuple[tuple[str, int], Row]] = []
    for row in rows:
        if row.waits:
            # A phase may deploy twice.
            times[row.step.host, row.title] += 1
            met.append(((row.title, times[row.step.host, row.title]), row))
    met.sort(key=lambda one: one[0])
    found = [
        _gate(title, [row for _, row in group], axis)
        for (title, _), group in groupby(met, key=lambda one: one[0])
    ]
    yield from sorted(found, key=lambda gate: gate.at)


def _gate(title: str, rows: Sequence[Row], axis: Axis) -> Gate:
    last = max(rows, key=lambda row: row.step.at)
    # Of one host alone: it waited for others that had no need to wait.
    at = last.step.at if len(rows) > 1 else last.step.at + last.step.seconds
    return Gate(
        title,
        at,
        axis.place(at),
        last.step.host if len(rows) > 1 else "",
        max(row.step.seconds for row in rows),
        all(row.step.ok for row in rows),
    )
