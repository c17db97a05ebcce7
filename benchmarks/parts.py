"""The parts of the benchmarks: what each one measures, and what it writes into the page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks import browsers, budgets, guest, many_hosts, rehearsals, scenarios, sizes, timeline
from benchmarks.plan import Plan
from benchmarks.samples import Sample

Description = Callable[[Sequence[Sample]], str]


@dataclass(frozen=True)
class Part:
    """blocks: of the page, each with what makes its Markdown of the samples; one has the part's own name.
    references: what -> the tool that its figures are compared to, over the releases. picture: samples to an SVG
    of the growth, for parts that measure one.
    """

    measure: Callable[[Plan], Iterator[Sample]]
    blocks: Mapping[str, Description]
    references: Mapping[str, str] = field(default_factory=dict)
    picture: Description | None = None


PARTS = {
    "budgets": Part(budgets.measure, {"budgets": budgets.describe}, budgets.REFERENCES),
    "scenarios": Part(
        scenarios.measure,
        {
            "scenarios": scenarios.describe,
            "ratios": scenarios.describe_ratios,
            "steps": timeline.describe,
        },
        scenarios.REFERENCES,
    ),
    "rehearsals": Part(
        rehearsals.measure,
        {"rehearsals": rehearsals.describe, "phases": timeline.describe},
        rehearsals.REFERENCES,
    ),
    "guest": Part(guest.measure, {"guest": guest.describe}),
    "sizes": Part(sizes.measure, {"sizes": sizes.describe}, sizes.REFERENCES, sizes.picture),
    "hosts": Part(
        many_hosts.measure,
        {"hosts": many_hosts.describe},
        many_hosts.REFERENCES,
        many_hosts.picture,
    ),
    "browsers": Part(browsers.measure, {"browsers": browsers.describe}),
}
QUICK = ("budgets", "scenarios", "rehearsals", "guest")
