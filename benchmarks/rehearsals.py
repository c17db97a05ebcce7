"""The time of a whole rehearsal, and of its nearest relative: `molecule test` of the Ansible peer.

Both begin with a reset of the VM to the snapshot `provisioned`.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import molecule, stage, tables
from benchmarks.app import App
from benchmarks.budgets import table_of
from benchmarks.plan import Plan
from benchmarks.samples import Sample
from benchmarks.timing import FIXED_WORK, do_fixed_work, timed
from benchmarks.tools import OURS, install_peers

ROUNDS = 3
WHOLE = "rehearsal: all phases"
SHARED = "reset, deploy, deploy again, host tests"
# What Molecule does, too.
PHASES = ("reset", "deploy", "host-tests", "again")
SECONDS = {WHOLE: {"lxc": 45, "libvirt": 100}}
REFERENCES = {WHOLE: FIXED_WORK, SHARED: molecule.NAME}


def measure(plan: Plan) -> Iterator[Sample]:
    install_peers()
    for _, provider in product(range(plan.rounds(ROUNDS)), plan.providers):
        with TemporaryDirectory() as directory, stage.fresh(Path(directory), provider) as app:
            yield Sample(WHOLE, FIXED_WORK, do_fixed_work(), provider.label)
            yield _rehearsed(WHOLE, app)
            yield _rehearsed(SHARED, app, *(f"--only={phase}" for phase in PHASES))
            seconds = timed(molecule.test(app, stage.place(app))).seconds
            yield Sample(SHARED, molecule.NAME, seconds, provider.label)


def describe(samples: Sequence[Sample]) -> str:
    found = tables.side_by_side(samples, [OURS, molecule.NAME])
    return f"{found}\n\n{table_of(samples, SECONDS)}"


def _rehearsed(what: str, app: App, *options: str) -> Sample:
    seconds = stage.verb(app, "rehearse", *options).seconds
    return Sample(what, OURS, seconds, app.provider.label, steps=stage.last_steps(seconds))
