"""Every trap is caught by a rehearsal, in the right phase, with its cause and what mends it.

All of them take long (`make traps`, which writes docs/traps.md); without --long it is a sample.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import restore
from tests.integration.site import Site
from tests.integration.staging import PROJECT, Staging, git, make_app
from tests.traps import table
from tests.traps.trap import Trap, load_all, merge

pytestmark = pytest.mark.timeout(900)

# One that the deploy tells, one that only the browser sees.
SAMPLE = {"no-value-for-old-rows", "upload-limit"}
CASES = [
    pytest.param(trap, id=trap.name, marks=() if trap.name in SAMPLE else pytest.mark.long)
    for trap in load_all()
]


@pytest.fixture(scope="module")
def caught() -> Iterator[table.Caught]:
    version = git(PROJECT, "describe", "--always", "--dirty").strip()
    found = table.Caught.load(PROJECT / ".understudy" / "traps.json", version)
    yield found
    print(f"\n{len(found.rows)} of {len(CASES)} traps caught and rightly diagnosed")
    if len(found.rows) == len(CASES):
        (PROJECT / "docs" / "traps.md").write_text(table.page(found.rows.values()))


def laid(trap: Trap, directory: Path) -> Staging:
    """The example with the trap in it, as its developer has it."""

    def change(settings: dict[str, Any]) -> None:
        settings |= merge(settings, trap.settings)

    staging = make_app(PROJECT / "example", directory, change)
    if trap.change.exists():
        git(staging.repository, "apply", str(trap.change))
        staging.commit(trap.name)
    if trap.uncommitted.exists():
        git(staging.repository, "apply", str(trap.uncommitted))
    return staging


@pytest.mark.parametrize("trap", CASES)
def test_trap_is_caught_and_rightly_diagnosed(
    trap: Trap, healthy: Site, caught: table.Caught, tmp_path: Path
) -> None:
    restore(healthy)
    if trap.data:
        assert healthy.sql(trap.data).code == 0
    staging = laid(trap, tmp_path)

    answer = staging.deploy_py("rehearse", "--keep", "--fail-fast", "--json")

    events = [json.loads(line) for line in answer.text.splitlines() if line.startswith("{")]
    failed = [e["name"] for e in events if e["event"] == "phase ended" and not e["ok"]]
    verdict = [event for event in events if event["event"] == "error"][-1]
    assert answer.code == 1
    assert failed == [trap.phase.replace(" ", "-")]
    assert (verdict["cause"], verdict["hint"].splitlines()[0]) == (trap.cause, trap.hint)
    caught.add(table.Row(trap.name, failed[0], trap.cause, answer.seconds))
