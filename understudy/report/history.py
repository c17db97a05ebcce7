"""The reports that are kept -> how runs went over time, and which are slower than usual. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# Slower than usual: by this factor and by so many seconds, compared with at least so many runs.
FACTOR, SECONDS, LEAST_RUNS = 1.3, 3.0, 3


@dataclass(frozen=True)
class Entry:
    """One run, as the history shows it. name: of its folder in reports/. began: ISO 8601, UTC.

    phases: the seconds of each that passed. packages: `187 of 188`, how many of
    the VM's are as production's capture has them; "" if that is not known.
    """

    name: str
    began: str
    verb: str
    target: str
    verdict: str
    seconds: float
    app: str = ""
    commit: str = ""
    subject: str = ""
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    skipped_phases: int = 0
    warnings: int = 0
    packages: str = ""
    phases: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Bar:
    """An entry in the chart of its verb and target. height: percent of the longest. slow: than usual."""

    entry: Entry
    height: float
    slow: bool


@dataclass(frozen=True)
class Chart:
    """The runs of one verb on one target, the oldest first. usual: seconds, None if too few have passed."""

    title: str
    bars: Sequence[Bar]
    usual: float | None
    usual_height: float


def has_run(data: Mapping[str, Any]) -> bool:
    """Whether anything was begun before it ended: not if it was refused, or reached no host."""
    return data["verdict"] == "passed" or any(
        phase["name"] or phase["steps"] for phase in data["phases"]
    )


def entry(name: str, data: Mapping[str, Any]) -> Entry:
    """The entry of a report.json, also of schema 1. For others KeyError, TypeError or AttributeError."""
    commit, attached = data.get("commit") or {}, data["attachments"]
    outcomes = [test["outcome"] for tests in attached.get("tests", {}).values() for test in tests]
    passed, skipped = outcomes.count("passed"), outcomes.count("skipped")
    return Entry(
        name=name,
        began=data["began"],
        verb=data["verb"],
        target=data["target"],
        verdict=data["verdict"],
        seconds=float(data["seconds"]),
        app=data.get("app", ""),
        commit=commit.get("id", ""),
        subject=commit.get("subject", ""),
        passed=passed,
        failed=len(outcomes) - passed - skipped,
        skipped=skipped,
        skipped_phases=sum(phase["state"] == "skipped" for phase in data["phases"]),
        warnings=len(set(data["warnings"])),
        packages=_packages(attached.get("mirror")),
        phases={
            phase["name"]: phase["seconds"]
            for phase in data["phases"]
            if phase["name"] and phase["state"] == "passed"
        },
    )


def _packages(mirror: Mapping[str, int] | None) -> str:
    if not mirror:
        return ""
    return f"{mirror['compared'] - mirror['differences']} of {mirror['compared']}"


def earlier(entries: Iterable[Entry], verb: str, target: str, began: str) -> list[Entry]:
    """The passed runs of that verb on that target before that time."""
    return [
        one
        for one in entries
        if (one.verb, one.target, one.verdict) == (verb, target, "passed") and one.began < began
    ]


def usual(seconds: Sequence[float]) -> float | None:
    """The median; None of too few."""
    if len(seconds) < LEAST_RUNS:
        return None
    # The module statistics takes long to import.
    ordered, middle = sorted(seconds), len(seconds) // 2
    return (ordered[middle] + ordered[-middle - 1]) / 2


def is_slow(seconds: float, usual: float | None) -> bool:
    return usual is not None and seconds > max(FACTOR * usual, usual + SECONDS)


def charts(entries: Sequence[Entry]) -> list[Chart]:
    """A chart for each verb and target with at least two runs, in the order of the entries."""
    kinds = dict.fromkeys((one.verb, one.target) for one in entries)
    of_kind = [[one for one in entries if (one.verb, one.target) == kind] for kind in kinds]
    return [_chart(runs) for runs in of_kind if len(runs) > 1]


def _chart(runs: Sequence[Entry]) -> Chart:
    ordered = sorted(runs, key=lambda one: one.began)
    longest = max(max(one.seconds for one in runs), 0.001)
    bars = [
        Bar(one, max(round(100 * one.seconds / longest, 1), 2), slow(one, runs)) for one in ordered
    ]
    middle = usual([one.seconds for one in runs if one.verdict == "passed"])
    height = round(100 * (middle or 0) / longest, 1)
    return Chart(f"{runs[0].verb} {runs[0].target}", bars, middle, height)


def slow(one: Entry, entries: Sequence[Entry]) -> bool:
    """Whether a run that passed took longer than the ones before it usually did."""
    before = earlier(entries, one.verb, one.target, one.began)
    return one.verdict == "passed" and is_slow(
        one.seconds, usual([other.seconds for other in before])
    )
