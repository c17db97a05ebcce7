"""What real PostgreSQL databases have and a tidy one hasn't: it comes as it is, or a message tells why not."""

from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.programs.postgresql_site import (
    NAME,
    ask,
    load,
    make,
    needs_server,
    read,
    run,
    started,
    the_database,
)
from understudy.commands import database, loading
from understudy.data_load import counted, differences
from understudy.dump import Dump

pytestmark = needs_server


@pytest.fixture(scope="module")
def backups() -> Iterator[PurePosixPath]:
    with started() as backups:
        yield backups


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """Of a backup of this test's own."""
    return f"{NAME}-{abs(hash(request.node.name))}"


def travel(backups: PurePosixPath, name: str) -> None:
    """Reads all, and puts it back in its own place."""
    text = read(backups)
    dump = Dump()
    dump.take(text)
    done = load(backups, text, name)
    assert (done.returncode, done.stderr) == (0, b"")
    where = ("postgresql", "shop", backups, name)
    arrived = run(loading.rows(*where)).decode()
    assert differences(dump.finish(), counted(arrived)) == []
    run(loading.keep(*where))
    run(database.restore(*where))


def test_unique_by_an_expression(backups: PurePosixPath) -> None:
    make(
        "CREATE TABLE t (a text, b text); CREATE UNIQUE INDEX ON t (lower(a)); "
        "CREATE UNIQUE INDEX ON t (lower(a), b)"
    )
    [table] = the_database(backups).tables

    assert set(table.unique) == {frozenset(), frozenset({"b"})}
