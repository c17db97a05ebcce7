"""The time of a change of code, as the app has more files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import plot, stage, tables
from benchmarks.plan import Plan, Provider
from benchmarks.samples import Sample, medians
from benchmarks.scenarios import CODE, FIRST, deployed
from benchmarks.tools import FLOOR, TOOLS, Tool, install_peers

SIZES = (1, 4, 16)
UNIT = "times as many files"
REFERENCES = {CODE: FLOOR}


def measure(plan: Plan) -> Iterator[Sample]:
    """On one provider: the other one has the same files."""
    install_peers()
    for tool in TOOLS:
        yield from _growth(tool, plan.providers[0])


def _growth(tool: Tool, provider: Provider) -> Iterator[Sample]:
    """One first deploy; then the app grows, in deploys that don't count."""
    with TemporaryDirectory() as directory, stage.fresh(Path(directory), provider) as app:
        deployed(tool, app, FIRST, 0)
        version = 0
        for size in SIZES:
            if size > 1:
                app.enlarge(size)
                deployed(tool, app, "growing", version)
            for _ in range(2):
                version += 1
                app.change_code(version)
                yield deployed(tool, app, CODE, version, size)


def describe(samples: Sequence[Sample]) -> str:
    return tables.growth(samples, CODE, UNIT)


def picture(samples: Sequence[Sample]) -> str:
    return plot.picture(
        "Time of a code-only change by the app's size", UNIT, medians(samples, CODE)
    )
