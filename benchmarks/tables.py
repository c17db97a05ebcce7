"""Samples -> tables in Markdown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.samples import Sample, Summary, format_seconds, of, providers_of, tools_of

NOT_MEASURED = "not yet"


@dataclass(frozen=True)
class Comparison:
    """What of two tools is compared. goal: what the ratio of the first to the second may be at most."""

    what: str
    tool: str
    other: str
    goal: float | None = None


def side_by_side(samples: Sequence[Sample], tools: Sequence[str]) -> str:
    """A row for each tool in each scenario, with the times on each provider."""
    providers = providers_of(samples)
    columns = [
        column for provider in providers for column in (f"{provider}: median", "spread", "runs")
    ]
    rows = []
    for what in dict.fromkeys(sample.what for sample in samples):
        for tool in tools:
            found = [of(samples, what, tool, provider) for provider in providers]
            if any(found):
                rows.append((what, tool, *(cell for one in found for cell in _times(one))))
    return table(("what", "by", *columns), rows)


def ratios(samples: Sequence[Sample], comparisons: Sequence[Comparison]) -> str:
    """A row for each comparison, with the ratio on each provider. A goal that is missed is marked."""
    providers = providers_of(samples)
    rows = []
    for one in comparisons:
        found = [_compared(samples, one, provider) for provider in providers]
        goal = "" if one.goal is None else f"at most {one.goal:g}"
        rows.append((one.what, f"{one.tool} to {one.other}", goal, *found))
    return table(("what", "ratio", "goal", *providers), rows)


def growth(samples: Sequence[Sample], what: str, unit: str) -> str:
    """A row for each size, a column for each tool, and how the largest compares to the smallest.

    The samples are of one provider, which the first line names.
    """
    (provider,) = providers_of(samples)
    tools = tools_of(samples)
    sizes = sorted({sample.size for sample in samples})
    least, most = sizes[0], sizes[-1]

    def row(size: int) -> list[str]:
        return [_median(of(samples, what, tool, provider, size)) for tool in tools]

    def grown(tool: str) -> str:
        ends = (of(samples, what, tool, provider, size) for size in (most, least))
        return _format_ratio(_ratio(*ends))

    rows = [(str(size), *row(size)) for size in sizes]
    rows.append((f"{most} to {least}", *(grown(tool) for tool in tools)))
    return f"Measured on {provider}:\n\n{table((unit, *tools), rows)}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def spread(least: float, most: float) -> str:
    return f"{format_seconds(least)} to {format_seconds(most)}"


def _times(found: Summary | None) -> tuple[str, str, str]:
    if found is None:
        return NOT_MEASURED, "", ""
    return format_seconds(found.median), spread(found.least, found.most), str(found.runs)


def _median(found: Summary | None) -> str:
    if found is None:
        return NOT_MEASURED
    # Of a single process the sum says nothing more.
    sizes = (found.memory, found.together if found.together > 1.2 * found.memory else 0)
    return ", ".join((format_seconds(found.median), *(f"{s / 1024:.0f} MiB" for s in sizes if s)))


def _compared(samples: Sequence[Sample], one: Comparison, provider: str) -> str:
    found = _ratio(*(of(samples, one.what, tool, provider) for tool in (one.tool, one.other)))
    missed = found is not None and one.goal is not None and found > one.goal
    return _format_ratio(found) + (": missed" if missed else "")


def _ratio(one: Summary | None, other: Summary | None) -> float | None:
    return one.median / other.median if one and other else None


def _format_ratio(ratio: float | None) -> str:
    if ratio is None:
        return NOT_MEASURED
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"
