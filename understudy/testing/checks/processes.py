"""Whether what runs of a site is what its live release is to run. Pure."""

from collections.abc import Iterable, Iterator

from understudy.commands.restarts import Restarts
from understudy.host.facts import ObservedState
from understudy.host.processes import describe


def wrong(observed: ObservedState, restarts: Iterable[Restarts]) -> Iterator[str]:
    """A line for each process that is missing, runs older code, or ends again and again."""
    live = observed.current
    if live is None:
        return
    runs = observed.release_processes.get(live, ())
    running = [one for one in observed.processes if one.state == "running"]
    for one in runs:
        found = [it for it in running if (it.release, it.name) == (live, one.name)]
        if len(found) < one.count:
            yield next(describe(observed.processes, live, (one,)))
    for process in observed.processes:
        if process.release != live and process.is_alive:
            yield f"{process.name} of {process.release} runs, and {live} is live"
    for unit in restarts:
        if unit.is_looping:
            yield (
                f"{unit.unit}: restarts: {unit.count}, the last one {unit.seconds:.0f} s ago; "
                "it ends by itself"
            )
