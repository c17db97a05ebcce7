"""Samples -> tables in Markdown."""

from collections.abc import Iterable, Sequence

from benchmarks.samples import Sample, Summary, format_seconds, of, tools_of

NOT_MEASURED = "not yet"


def side_by_side(samples: Sequence[Sample], tools: Sequence[str], ours: str, floor: str) -> str:
    """A row for each tool in each scenario, with its ratio to ours and to the floor."""
    rows = []
    for what in dict.fromkeys(sample.what for sample in samples):
        for tool in tools:
            if found := of(samples, what, tool):
                ratios = (_ratio(found, of(samples, what, other)) for other in (ours, floor))
                times = (format_seconds(found.median), spread(found), str(found.runs))
                rows.append((what, tool, *times, *ratios))
    return table(("what", "by", "median", "spread", "runs", f"to {ours}", f"to {floor}"), rows)


def growth(samples: Sequence[Sample], what: str, unit: str) -> str:
    """A row for each size, a column for each tool, and how the largest compares to the smallest."""
    tools = tools_of(samples)
    sizes = sorted({sample.size for sample in samples})
    rows = [
        (str(size), *(_median(of(samples, what, tool, size)) for tool in tools)) for size in sizes
    ]
    rows.append(
        (
            f"{sizes[-1]} to {sizes[0]}",
            *(
                _ratio(of(samples, what, tool, sizes[-1]), of(samples, what, tool, sizes[0]))
                for tool in tools
            ),
        )
    )
    return table((unit, *tools), rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _median(found: Summary | None) -> str:
    if found is None:
        return NOT_MEASURED
    memory = f", {found.memory / 1024:.0f} MiB" if found.memory else ""
    return format_seconds(found.median) + memory


def spread(found: Summary) -> str:
    return f"{format_seconds(found.least)} to {format_seconds(found.most)}"


def _ratio(one: Summary | None, other: Summary | None) -> str:
    if not one or not other:
        return NOT_MEASURED
    ratio = one.median / other.median
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"
