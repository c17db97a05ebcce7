"""Where the time of Understudy's own runs goes, by the timelines of their reports. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks.samples import Sample, format_seconds
from benchmarks.tables import table

# Of a release or an environment, and numbers of things: they differ in each run.
ID = re.compile(r"\b[0-9a-f]{8,}-[0-9a-f.]+\b")
COUNT = re.compile(r"\b\d+ (?=packages|release commands)")
REST = "all else: start, connect, ask the host, log"


def of_run(report: Mapping[str, Any], seconds: float) -> dict[str, float]:
    """report.json -> title -> seconds: of the phases of a rehearsal, of other verbs' steps. An id is X.

    seconds: of the whole command. What none of the parts covers comes last.
    """
    named = [phase for phase in report["phases"] if phase["name"]]
    ran = [phase for phase in named if phase["state"] != "skipped"]
    parts = ran if named else [step for phase in report["phases"] for step in phase["steps"]]
    found: dict[str, float] = {}
    for part in parts:
        title = COUNT.sub("", ID.sub("X", part["title"]))
        found[title] = found.get(title, 0) + part["seconds"]
    covered = _covered([(part["at"], part["at"] + part["seconds"]) for part in parts])
    return {**found, REST: max(0.0, seconds - covered)}


def _covered(spans: Iterable[tuple[float, float]]) -> float:
    """The seconds that at least one of the spans covers: some run at once."""
    covered, reached = 0.0, 0.0
    for begin, end in sorted(spans):
        covered += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return covered


def describe(samples: Sequence[Sample]) -> str:
    """A row for each step, a column for each kind of run on each provider; medians of runs that had it."""
    timed = [sample for sample in samples if sample.steps]
    runs = {
        f"{what}, {provider}": [
            one for one in timed if (one.what, one.provider) == (what, provider)
        ]
        for what, provider in dict.fromkeys((one.what, one.provider) for one in timed)
    }
    titles = dict.fromkeys(title for one in timed for title in one.steps if title != REST)
    rows = [(title, *(_median(title, runs[name]) for name in runs)) for title in (*titles, REST)]
    together = [format_seconds(median(one.seconds for one in run)) for run in runs.values()]
    return table(("step", *runs), [*rows, ("**together**", *together)])


def _median(title: str, run: Sequence[Sample]) -> str:
    found = [sample.steps[title] for sample in run if title in sample.steps]
    return f"{median(found):.2f}" if found else ""
