"""The time of each verb, and its budget."""

import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import app as apps
from benchmarks import stage, tables
from benchmarks.app import App
from benchmarks.plan import Plan, word_of
from benchmarks.samples import NO_VM, Sample, format_seconds, of, providers_of
from benchmarks.scenarios import CONNECTION
from benchmarks.timing import FIXED_WORK, PROJECT, do_fixed_work, run, wait_until_served
from benchmarks.tools import OURS

HELP, UNIT = "`python deploy.py --help`", "unit tests"
BOX, UP = "`up` from nothing, box build included", "`up` with the box there, to SSH"
RESET, FIRST = "`reset` to the provisioned snapshot, SSH answering", "first deploy of the example"
CODE, NOTHING = "deploy of a code-only change", "deploy with nothing to do"
DEPLOYED = "`reset --level deployed`, to a site that answers"
WAKE = "`down`, then `up`, to a site that answers: the `up`"
STATUS, HOST = "`status`", "the host tests, `rehearse --keep --only host-tests`"
# What -> provider, by its word in deploy.yml -> seconds.
SECONDS: Mapping[str, Mapping[str, float]] = {
    HELP: {NO_VM: 0.15},
    UNIT: {NO_VM: 10},
    BOX: {"lxc": 150, "libvirt": 180 + 90},
    UP: {"lxc": 20, "libvirt": 90},
    WAKE: {"lxc": 5, "libvirt": 10},
    RESET: {"lxc": 2, "libvirt": 4},
    DEPLOYED: {"lxc": 4, "libvirt": 10},
    FIRST: {"lxc": 10, "libvirt": 30},
    CODE: {"lxc": 5, "libvirt": 8},
    NOTHING: {"lxc": 1, "libvirt": 2},
    STATUS: {"lxc": 1, "libvirt": 1.5},
    HOST: {"lxc": 5, "libvirt": 15},
}
REFERENCES = {
    **dict.fromkeys((HELP, UNIT, BOX, UP, WAKE, RESET, DEPLOYED, FIRST, CODE, HOST), FIXED_WORK),
    NOTHING: CONNECTION,
    STATUS: CONNECTION,
}


def measure(plan: Plan) -> Iterator[Sample]:
    yield from timed(HELP, NO_VM, 5, lambda: run(sys.executable, "deploy.py", "--help"))
    tests = ("-m", "pytest", "-q", "-n", "auto", "tests/unit")
    yield from timed(UNIT, NO_VM, 1, lambda: run(sys.executable, *tests))
    for provider in plan.providers:
        with TemporaryDirectory() as directory:
            app = apps.make(Path(directory), provider)
            if plan.with_box:
                stage.verb(app, "destroy", "--yes")
                shutil.rmtree(PROJECT / ".understudy" / "boxes", ignore_errors=True)
                yield from timed(BOX, provider.label, 1, partial(stage.verb, app, "up"))
            yield from _verbs(app)


def _verbs(app: App) -> Iterator[Sample]:
    versions = iter(range(1, 100))
    on = app.provider.label

    def deploy() -> object:
        return stage.verb(app, "deploy")

    # A first `up` builds the box if it isn't there.
    stage.verb(app, "up")
    stage.verb(app, "destroy", "--yes")
    yield from timed(UP, on, 1, lambda: stage.verb(app, "up"))
    yield from timed(RESET, on, 3, lambda: stage.verb(app, "reset"))
    yield from timed(FIRST, on, 3, deploy, lambda: stage.verb(app, "reset"))
    yield from timed(CODE, on, 3, deploy, lambda: app.change_code(next(versions)))
    for what, verb in ((NOTHING, "deploy"), (STATUS, "status")):
        for _ in range(5):
            yield Sample(what, OURS, stage.verb(app, verb).seconds, on)
            yield Sample(what, CONNECTION, stage.ssh(app, "true").seconds, on)
    only = ("--keep", "--only", "host-tests")
    yield from timed(HOST, on, 3, lambda: stage.verb(app, "rehearse", *only))
    yield from timed(WAKE, on, 3, lambda: _served(app, "up"), lambda: stage.verb(app, "down"))
    stage.verb(app, "reset", "--level", "deployed")
    yield from timed(DEPLOYED, on, 3, lambda: _served(app, "reset", "--level", "deployed"))
    stage.verb(app, "down")


def _served(app: App, *words: str) -> None:
    stage.verb(app, *words)
    wait_until_served(stage.place(app).addresses[0], apps.DOMAIN, "</html>")


def timed(
    what: str,
    provider: str,
    times: int,
    work: Callable[[], object],
    before: Callable[[], object] = lambda: None,
) -> Iterator[Sample]:
    """Runs the work so many times. Each run follows `before`, whose time doesn't count, and the fixed work."""
    for _ in range(times):
        before()
        yield Sample(what, FIXED_WORK, do_fixed_work(), provider)
        began = time.monotonic()
        work()
        yield Sample(what, OURS, time.monotonic() - began, provider)


def describe(samples: Sequence[Sample]) -> str:
    return table_of(samples, SECONDS)


def table_of(samples: Sequence[Sample], budgets: Mapping[str, Mapping[str, float]]) -> str:
    """A row for each budget on each provider. budgets: as SECONDS."""
    rows = []
    for what, seconds in budgets.items():
        for provider in providers_of(samples):
            budget = seconds.get(word_of(provider))
            whole = of(samples, what, OURS, provider)
            if budget and whole:
                kept = "yes" if whole.median <= budget else "NO"
                spread = tables.spread(whole.least, whole.most)
                times = (f"{budget:g} s", format_seconds(whole.median), spread, str(whole.runs))
                rows.append((what, provider, *times, kept))
    return tables.table(("what", "on", "budget", "median", "spread", "runs", "kept"), rows)
