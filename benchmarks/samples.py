"""Samples of the measurements, and their medians."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

# The provider of what needs no VM.
NO_VM = "no VM"


@dataclass(frozen=True)
class Sample:
    """One run. provider: by its label. size: number of hosts, or factor of files. memory: of the largest local
    process, in KiB; together: of all of them at the same time, 0 if not measured. steps: title -> seconds, of
    Understudy's own runs that leave a report.
    """

    what: str
    tool: str
    seconds: float
    provider: str = NO_VM
    size: int = 1
    memory: int = 0
    steps: Mapping[str, float] = field(default_factory=dict)
    together: int = 0

    def __str__(self) -> str:
        size = f", {self.size}" if self.size > 1 else ""
        return f"{self.what}{size}, {self.tool}, {self.provider}: {format_seconds(self.seconds)}"


@dataclass(frozen=True)
class Summary:
    """Several runs of the same, in seconds; memory in KiB: see Sample."""

    median: float
    least: float
    most: float
    runs: int
    memory: float
    together: float = 0


def summary(samples: Sequence[Sample]) -> Summary:
    seconds = [sample.seconds for sample in samples]
    return Summary(
        median=median(seconds),
        least=min(seconds),
        most=max(seconds),
        runs=len(seconds),
        memory=median(sample.memory for sample in samples),
        together=median(sample.together for sample in samples),
    )


def of(
    samples: Sequence[Sample], what: str, tool: str, provider: str, size: int = 1
) -> Summary | None:
    """The summary of one tool and measurement; None without samples."""
    wanted = (what, tool, provider, size)
    found = [
        sample
        for sample in samples
        if (sample.what, sample.tool, sample.provider, sample.size) == wanted
    ]
    return summary(found) if found else None


def medians(samples: Sequence[Sample], what: str) -> dict[str, dict[int, float]]:
    """Tool -> size -> seconds, of samples of one provider."""
    found: dict[str, dict[int, float]] = {}
    for sample in samples:
        if sample.what == what and (
            whole := of(samples, what, sample.tool, sample.provider, sample.size)
        ):
            found.setdefault(sample.tool, {})[sample.size] = whole.median
    return found


def tools_of(samples: Sequence[Sample]) -> list[str]:
    """In the order in which they were measured first."""
    return list(dict.fromkeys(sample.tool for sample in samples))


def providers_of(samples: Sequence[Sample]) -> list[str]:
    """Labels, in the order in which they were measured first."""
    return list(dict.fromkeys(sample.provider for sample in samples))


def format_seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
