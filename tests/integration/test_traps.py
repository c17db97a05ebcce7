"""Every failure scenario is caught by a rehearsal, in the right phase, with its cause and what fixes it.

All of them take long (`make traps`, on two VMs at once, which writes docs/traps.md); without --long it is a
sample.
With `--target NAME --deploy-config FILE` they are tried on a host that may be spoiled instead of the VM:

    pytest --long --target spare --deploy-config /path/to/deploy.yml tests/integration/test_traps.py
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.integration.staging import PROJECT, TOP
from tests.traps import base, recording, table
from tests.traps.place import Place, StagingVm
from tests.traps.spare_host import SpareHost
from tests.traps.spare_hosts import SpareHosts
from tests.traps.staging_set import StagingSet
from tests.traps.trap import Trap, load_all

pytestmark = pytest.mark.timeout(900)

# One that the deploy detects, one that only the browser detects, and one of HTTPS.
SAMPLE = {"no-value-for-old-rows", "upload-limit", "redirect-in-a-circle"}


def marks(trap: Trap) -> list[pytest.MarkDecorator]:
    return [*trap.marks, *(() if trap.name in SAMPLE else (pytest.mark.long,))]


CASES = [
    pytest.param(
        (trap.base, trap.is_over_https), trap, id=f"{trap.base}-{trap.name}", marks=marks(trap)
    )
    for trap in load_all()
]


@pytest.fixture(scope="module")
def caught() -> Iterator[table.Caught]:
    file, version = TOP / ".understudy" / "traps.json", table.code_version(TOP)
    yield table.Caught.load(file, version)
    scenarios = {trap.name: trap for trap in load_all()}
    # With what ran at the same time.
    rows = table.Caught.load(file, version).of(scenarios)
    print(f"\n{table.count(rows)}")
    if len(rows) == len(scenarios):
        (TOP / "docs" / "traps.md").write_text(table.page(rows))


@pytest.fixture(scope="module")
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """Where the app that the parameter names is healthy, over HTTPS or not."""
    name, over_https = request.param
    app, directory = base.load(name), tmp_path_factory.mktemp("healthy")
    target = request.config.getoption("--target")
    staging = StagingSet if app.has_hosts else StagingVm
    found: Place = staging(app, directory, over_https=over_https)
    if target != "vagrant":
        config = Path(request.config.getoption("--deploy-config"))
        several = "hosts" in yaml.safe_load(config.read_text())["targets"][target]
        spare = SpareHosts if several else SpareHost
        found = spare(app, directory, config, target, over_https=over_https)
    try:
        found.prepare()
        yield found
    finally:
        found.end()


@pytest.mark.parametrize(("place", "trap"), CASES, indirect=["place"], scope="module")
def test_trap_is_caught_and_rightly_diagnosed(
    trap: Trap, place: Place, caught: table.Caught, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if obstacle := place.obstacle(trap):
        caught.skip(table.Row(trap.name, table.SKIPPED, obstacle, 0, trap.base, place.words))
        pytest.skip(obstacle)
    place.restore()
    if trap.data:
        assert place.sql(trap.data).code == 0
    if trap.before:
        assert place.root(trap.before, trap.where).code == 0
    staging = place.lay_trap(trap, tmp_path)

    with trap.lines_of_nginx(PROJECT):
        outcome = place.rehearse(staging, trap)

    if request.config.getoption("--record"):
        here = dict.fromkeys((str(tmp_path), str(TOP)), "/home/ann/project") | place.neutral
        recording.write(trap.directory, outcome.events, place.app["health_path"], here)
    right = outcome.is_right_of(trap)
    words = trap.first_words if right else outcome.verdict[0]
    row = table.Row(trap.name, outcome.phase, words, outcome.seconds, trap.base, place.words, right)
    caught.add(row)
    assert outcome.phase == trap.phase
    assert outcome.verdict == (trap.cause, trap.hint)
    assert trap.warns in outcome.warnings
