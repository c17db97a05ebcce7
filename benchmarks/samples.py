"""Samples of the measurements, and their medians."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Sample:
    """One run. size: number of hosts, or factor of files. memory: of the largest local process, in KiB."""

    what: str
    tool: str
    seconds: float
    size: int = 1
    memory: int = 0

    def __str__(self) -> str:
        return f"{self.what}, {self.size}, {self.tool}: {format_seconds(self.seconds)}"


@dataclass(frozen=True)
class Summary:
    """Several runs of the same, in seconds; memory in KiB."""

    median: float
    least: float
    most: float
    runs: int
    memory: float


def summary(samples: Sequence[Sample]) -> Summary:
    seconds = [sample.seconds for sample in samples]
    return Summary(
        median=median(seconds),
        least=min(seconds),
        most=max(seconds),
        runs=len(seconds),
        memory=median(sample.memory for sample in samples),
    )


def of(samples: Sequence[Sample], what: str, tool: str, size: int = 1) -> Summary | None:
    """The summary of one tool and measurement; None without samples."""
    found = [
        sample
        for sample in samples
        if (sample.what, sample.tool, sample.size) == (what, tool, size)
    ]
    return summary(found) if found else None


def medians(samples: Sequence[Sample], what: str) -> dict[str, dict[int, float]]:
    """Tool -> size -> seconds."""
    found: dict[str, dict[int, float]] = {}
    for sample in samples:
        if sample.what == what and (whole := of(samples, what, sample.tool, sample.size)):
            found.setdefault(sample.tool, {})[sample.size] = whole.median
    return found


def tools_of(samples: Sequence[Sample]) -> list[str]:
    """In the order in which they were measured first."""
    return list(dict.fromkeys(sample.tool for sample in samples))


def format_seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
