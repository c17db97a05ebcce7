"""The history of all figures that were measured, a JSON object a line. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from benchmarks.samples import Sample, of


@dataclass(frozen=True)
class Source:
    """date: ISO 8601, UTC. version: Understudy's. machine: in words; equal ones are compared."""

    date: str
    version: str
    commit: str
    machine: str


@dataclass(frozen=True)
class Figure:
    """The median of some runs, in seconds. reference: the tool whose median of the same run it is compared to;
    empty if there is none.
    """

    date: str
    version: str
    commit: str
    provider: str
    machine: str
    part: str
    what: str
    tool: str
    size: int
    median: float
    least: float
    most: float
    runs: int
    reference: str = ""
    reference_median: float = 0

    @property
    def key(self) -> tuple[object, ...]:
        """What has to be equal in two figures that are compared."""
        return (self.machine, self.provider, self.part, self.what, self.tool, self.size)


def figures(
    part: str, samples: Sequence[Sample], references: Mapping[str, str], source: Source
) -> Iterator[Figure]:
    """references: what -> the tool that its figures are compared to."""
    keys = [(sample.what, sample.tool, sample.provider, sample.size) for sample in samples]
    for what, tool, provider, size in dict.fromkeys(keys):
        found = of(samples, what, tool, provider, size)
        reference = references.get(what, "")
        other = of(samples, what, reference, provider, size) if reference != tool else None
        if found:
            yield Figure(
                **asdict(source),
                provider=provider,
                part=part,
                what=what,
                tool=tool,
                size=size,
                median=round(found.median, 3),
                least=round(found.least, 3),
                most=round(found.most, 3),
                runs=found.runs,
                reference=reference if other else "",
                reference_median=round(other.median, 3) if other else 0,
            )


def line(figure: Figure) -> str:
    return json.dumps(asdict(figure)) + "\n"


def parse(text: str) -> list[Figure]:
    return [Figure(**json.loads(one)) for one in text.splitlines()]
