"""The time of each tool on the VM: first deploy, nothing to do, a change of code, one of packages.

Each tool has the VM for itself, from the snapshot `provisioned` on; then the next one. So no tool meets
files of another, and the tools' runs lie close to each other in time.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import app as apps
from benchmarks import stage, tables
from benchmarks.app import DOMAIN, App, mark
from benchmarks.samples import Sample
from benchmarks.timing import timed, wait_until_served
from benchmarks.tools import FLOOR, OURS, TOOLS, Tool, install_peers, require_nothing_done

ROUNDS = 3
NOTHING, CODE = "nothing to do", "code-only change"
PACKAGE, FIRST = "dependency change", "first deploy"
CONNECTION = "`ssh true`"


def measure() -> Iterator[Sample]:
    install_peers()
    for _ in range(ROUNDS):
        for tool in TOOLS:
            with TemporaryDirectory() as directory:
                app = fresh(Path(directory))
                yield deployed(tool, app, FIRST, 0)
                yield from _nothing(tool, app)
                for version in (1, 2):
                    app.change_code(version)
                    yield deployed(tool, app, CODE, version)
                app.add_package(3)
                yield deployed(tool, app, PACKAGE, 3)


def describe(samples: Sequence[Sample]) -> str:
    rows = [*(tool.name for tool in TOOLS), CONNECTION]
    return tables.side_by_side(samples, rows, OURS, FLOOR)


def fresh(directory: Path) -> App:
    """The app, with the VM reset to provisioned, without a deploy."""
    app = apps.make(directory)
    stage.verb(app, "up")
    stage.verb(app, "reset")
    return app


def deployed(tool: Tool, app: App, what: str, version: int, size: int = 1) -> Sample:
    """Deploys, until the command has ended and that version answers: some tools don't wait for the app."""
    place = stage.place(app)
    done = timed(tool.deploy(app, place))
    waited = wait_until_served(place.addresses[0], DOMAIN, mark(version))
    return Sample(what, tool.name, done.seconds + waited, size)


def _nothing(tool: Tool, app: App) -> Iterator[Sample]:
    for _ in range(3):
        done = timed(tool.deploy(app, stage.place(app)))
        require_nothing_done(tool, done.output)
        yield Sample(NOTHING, tool.name, done.seconds)
    yield Sample(NOTHING, CONNECTION, stage.ssh(app, "true").seconds)
