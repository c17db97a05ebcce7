"""The time of each tool on the VM: first deploy, nothing to do, a change of code, one of packages.

Each tool has the VM for itself, from the snapshot `provisioned` on; then the next one. So no tool meets
files of another, and the tools' runs lie close to each other in time, as do those on the providers.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import stage, tables
from benchmarks.app import DOMAIN, App, mark
from benchmarks.plan import Plan
from benchmarks.samples import Sample
from benchmarks.tables import Comparison
from benchmarks.timing import timed, wait_until_served
from benchmarks.tools import FLOOR, OURS, TOOLS, Tool, install_peers, require_nothing_done

ROUNDS = 3
NOTHING, CODE = "nothing to do", "code-only change"
PACKAGE, FIRST = "dependency change", "first deploy"
CONNECTION = "`ssh true`"
GOALS = {
    (NOTHING, CONNECTION): 1.5,
    (NOTHING, "pyinfra"): 0.2,
    (CODE, FLOOR): 1.1,
    (FIRST, FLOOR): 1.2,
}
# What a figure is compared to, over the releases.
REFERENCES = {NOTHING: CONNECTION, CODE: FLOOR, PACKAGE: FLOOR, FIRST: FLOOR}


def measure(plan: Plan) -> Iterator[Sample]:
    install_peers()
    for _, provider, tool in product(range(plan.rounds(ROUNDS)), plan.providers, TOOLS):
        with TemporaryDirectory() as directory, stage.fresh(Path(directory), provider) as app:
            yield deployed(tool, app, FIRST, 0)
            yield from _nothing(tool, app)
            for version in (1, 2):
                app.change_code(version)
                yield deployed(tool, app, CODE, version)
            app.add_package(3)
            yield deployed(tool, app, PACKAGE, 3)


def describe(samples: Sequence[Sample]) -> str:
    return tables.side_by_side(samples, [*(tool.name for tool in TOOLS), CONNECTION])


def describe_ratios(samples: Sequence[Sample]) -> str:
    peers = [tool.name for tool in reversed(TOOLS) if tool.name != OURS]
    pairs = [(NOTHING, CONNECTION), *product((NOTHING, CODE, PACKAGE, FIRST), peers)]
    return tables.ratios(
        samples, [Comparison(what, OURS, other, GOALS.get((what, other))) for what, other in pairs]
    )


def deployed(tool: Tool, app: App, what: str, version: int, size: int = 1) -> Sample:
    """Deploys, until the command has ended and that version answers: some tools don't wait for the app."""
    place = stage.place(app)
    done = timed(tool.deploy(app, place))
    seconds = done.seconds + wait_until_served(place.addresses[0], DOMAIN, mark(version))
    steps = stage.last_steps(seconds) if tool.name == OURS else {}
    return Sample(what, tool.name, seconds, app.provider.label, size, steps=steps)


def _nothing(tool: Tool, app: App) -> Iterator[Sample]:
    for _ in range(3):
        done = timed(tool.deploy(app, stage.place(app)))
        require_nothing_done(tool, done.output)
        yield Sample(NOTHING, tool.name, done.seconds, app.provider.label)
        yield Sample(NOTHING, CONNECTION, stage.ssh(app, "true").seconds, app.provider.label)
