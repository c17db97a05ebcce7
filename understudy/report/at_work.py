"""What is at work in a run, in lines for a log: nothing else is shown of a long step until it ends. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from understudy.report.host_names import with_host
from understudy.report.live import Live, clock, time_left

# Of so many each is named.
_FEW_HOSTS = 4


@dataclass(frozen=True, order=True)
class Place:
    """Of a running step or phase. depth: of the steps of a host and branch the innermost has the greatest; 0 is
    the phase itself. The phase of a step is "" while only one runs.
    """

    phase: str = ""
    host: str = ""
    branch: str = ""
    depth: int = 0


def outermost(running: Mapping[Place, Live], place: Place) -> Place:
    """The phase of a step; without phases the first step around it. Lines show its time."""
    return min((at for at in running if _around(at, place)), key=lambda at: at.depth)


def innermost(running: Mapping[Place, Live]) -> list[Place]:
    """A phase only if none of its steps runs."""
    return [
        place
        for place in running
        if not any(_around(place, other) and other.depth > place.depth for other in running)
    ]


def lines(
    running: Mapping[Place, Live], places: Iterable[Place], now: float, end: float | None = None
) -> Iterator[str]:
    """For those steps: equal ones of several hosts in one line. end: when the run will have ended."""
    left = time_left(end, now)
    titled = sorted((_title(running, place), place) for place in places)
    for (phase, title), group in groupby(titled, lambda one: one[0]):
        equal = [place for _, place in group]
        hosts = list(dict.fromkeys(running[place].host for place in equal))
        began = min(running[outermost(running, place)].began for place in equal)
        amounts = running[equal[0]].facts(now)[1:] if len(equal) == 1 else []
        shown = with_host(_named(hosts), title) if title else ""
        text = ": ".join(filter(None, (phase, shown)))
        yield "  ".join(filter(None, (text, clock(now - began), *amounts, left)))


def _title(running: Mapping[Place, Live], place: Place) -> tuple[str, str]:
    if place.depth == 0:
        return running[place].title, ""
    phases = [live.title for at, live in running.items() if at.depth == 0 and _around(at, place)]
    return next(iter(phases), ""), running[place].title


def _around(outer: Place, place: Place) -> bool:
    """Whether `outer` is the phase of a step, or a step of the same host and branch."""
    if outer.depth == 0:
        return place.phase in ("", outer.phase)
    return (outer.phase, outer.host, outer.branch) == (place.phase, place.host, place.branch)


def _named(hosts: Sequence[str]) -> str:
    return ", ".join(hosts) if len(hosts) <= _FEW_HOSTS else f"{len(hosts)} hosts"
