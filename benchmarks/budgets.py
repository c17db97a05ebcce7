"""The time of each verb, and its budget."""

import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import app as apps
from benchmarks import stage, tables
from benchmarks.app import App
from benchmarks.samples import Sample, format_seconds, of, tools_of
from benchmarks.timing import PROJECT, run, wait_until_served
from benchmarks.tools import OURS

HELP, UNIT = "`python deploy.py --help`", "unit tests"
BOX, UP = "`up` from nothing, box build included", "`up` with the box there, to SSH"
RESET, FIRST = "`reset` to the provisioned snapshot, SSH answering", "first deploy of the example"
CODE, NOTHING = "deploy of a code-only change", "deploy with nothing to do"
DEPLOYED = "`reset --level deployed`, to a site that answers"
WAKE = "`down`, then `up`, to a site that answers: the `up`"
STATUS, HOST = "`status`", "the host tests, `rehearse --keep --only host-tests`"
REHEARSAL = "`rehearse` with the VM up, a reboot included"
SECONDS = {
    HELP: 0.15,
    UNIT: 10,
    BOX: 180 + 90,
    UP: 90,
    WAKE: 10,
    RESET: 4,
    DEPLOYED: 10,
    FIRST: 30,
    CODE: 8,
    NOTHING: 2,
    STATUS: 1.5,
    HOST: 15,
    REHEARSAL: 180,
}


def measure(*, with_box: bool) -> Iterator[Sample]:
    yield from timed(HELP, 5, lambda: run(sys.executable, "deploy.py", "--help"))
    tests = ("-m", "pytest", "-q", "-n", "auto", "tests/unit")
    yield from timed(UNIT, 1, lambda: run(sys.executable, *tests))
    with TemporaryDirectory() as directory:
        app = apps.make(Path(directory))
        if with_box:
            stage.verb(app, "destroy")
            shutil.rmtree(PROJECT / ".understudy" / "boxes", ignore_errors=True)
            yield from timed(BOX, 1, lambda: stage.verb(app, "up"))
        yield from _verbs(app)


def _verbs(app: App) -> Iterator[Sample]:
    versions = iter(range(1, 100))

    def deploy() -> object:
        return stage.verb(app, "deploy")

    # A first `up` builds the box if it isn't there.
    stage.verb(app, "up")
    stage.verb(app, "destroy")
    yield from timed(UP, 1, lambda: stage.verb(app, "up"))
    yield from timed(RESET, 3, lambda: stage.verb(app, "reset"))
    yield from timed(FIRST, 3, deploy, lambda: stage.verb(app, "reset"))
    yield from timed(CODE, 3, deploy, lambda: app.change_code(next(versions)))
    yield from timed(NOTHING, 5, deploy)
    yield from timed(STATUS, 5, lambda: stage.verb(app, "status"))
    only = ("--keep", "--only", "host-tests")
    yield from timed(HOST, 3, lambda: stage.verb(app, "rehearse", *only))
    yield from timed(WAKE, 3, lambda: _served(app, "up"), lambda: stage.verb(app, "down"))
    stage.verb(app, "reset", "--level", "deployed")
    yield from timed(DEPLOYED, 3, lambda: _served(app, "reset", "--level", "deployed"))
    yield from timed(REHEARSAL, 1, lambda: stage.verb(app, "rehearse"))


def _served(app: App, *words: str) -> None:
    stage.verb(app, *words)
    wait_until_served(stage.place(app).addresses[0], apps.DOMAIN, "</html>")


def timed(
    what: str, times: int, work: Callable[[], object], before: Callable[[], object] = lambda: None
) -> Iterator[Sample]:
    """Runs the work so many times. Each run follows `before`, whose time doesn't count."""
    for _ in range(times):
        before()
        began = time.monotonic()
        work()
        yield Sample(what, OURS, time.monotonic() - began)


def describe(samples: Sequence[Sample]) -> str:
    found = [(what, of(samples, what, tool)) for what in SECONDS for tool in tools_of(samples)]
    rows = [
        (
            what,
            f"{SECONDS[what]:g} s",
            format_seconds(whole.median),
            tables.spread(whole),
            "yes" if whole.median <= SECONDS[what] else "NO",
        )
        for what, whole in found
        if whole
    ]
    return tables.table(("what", "budget", "median", "spread", "kept"), rows)
