"""The processes of a site besides the web process, as a host's facts show them. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Literal

from understudy.commands import answers
from understudy.host import unit_properties
from understudy.release import processes
from understudy.release.processes import ReleaseProcess

State = Literal["running", "starting", "restarting", "ending", "failed"]
# systemd's words, and `restarting` for a unit that has ended and is about to be started again.
_STATES: Mapping[str, State] = {
    "active": "running",
    "reloading": "running",
    "activating": "starting",
    "restarting": "restarting",
    "deactivating": "ending",
    "failed": "failed",
}
# worker@c0ffee00-12345678.2.service: the second worker of that release. The query leaves out the site's name.
_UNIT = re.compile(r"([a-z][a-z0-9-]*)@([a-z0-9][a-z0-9-]{0,63})(?:\.[1-9][0-9]?)?\.service")


@dataclass(frozen=True)
class ObservedProcess:
    """One process of a release. name: as in deploy.yml. since: when it failed; None in other
    states, and if the host does not say.
    """

    name: str
    release: str
    state: State
    since: datetime | None = None

    @property
    def is_alive(self) -> bool:
        """Whether it works, or is about to."""
        return self.state in ("running", "starting", "restarting")


def observed(lines: Iterable[str]) -> tuple[ObservedProcess, ...]:
    """Lines of `unit<TAB>state<TAB>since`. Raises StepFailed for what systemd can't have printed."""
    with answers.understood("processes"):
        return tuple(_observed(*line.split("\t")) for line in lines)


def _observed(unit: str, state: str, since: str = "") -> ObservedProcess:
    found = _UNIT.fullmatch(unit)
    if not found:
        raise ValueError(f"no process: {unit!r:.80}")
    return ObservedProcess(found[1], found[2], _STATES[state], unit_properties.time(since))


def of_releases(texts: Mapping[str, str]) -> Mapping[str, tuple[ReleaseProcess, ...]]:
    """Path -> text of the files `processes` -> what each release runs, by its id."""
    with answers.understood("processes"):
        return {
            PurePosixPath(path).parent.name: processes.parse(text) for path, text in texts.items()
        }


def describe(
    found: Iterable[ObservedProcess], live: str, runs: Iterable[ReleaseProcess]
) -> Iterator[str]:
    """A line for each process of the release `live`, and for each of others that have not ended yet."""
    found = tuple(found)
    for one in runs:
        yield _describe(one, [it for it in found if it.release == live and it.name == one.name])
    others = Counter(
        (one.name, one.release, one.state)
        for one in found
        if one.release != live and one.state != "failed"
    )
    for (name, release, state), count in sorted(others.items()):
        yield f"{name} of {release}: {count} {'still ending' if state == 'ending' else 'RUNNING'}"


def _describe(process: ReleaseProcess, found: Sequence[ObservedProcess]) -> str:
    running = sum(one.state == "running" for one in found)
    parts = [f"running {running} of {process.count}" if running else "NOT RUNNING"]
    parts += [f"failed{_at(one.since)}" for one in found if one.state == "failed"]
    restarting = sum(one.state == "restarting" for one in found)
    if restarting:
        parts.append(f"{restarting} that ended, about to start again")
    return f"{process.name}: {', '.join(parts)}"


def _at(since: datetime | None) -> str:
    return f" at {since:%Y-%m-%d %H:%M} UTC" if since else ""
