"""What the app's user does for an off-host backup, with the real servers of databases."""

import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from tests.programs import mariadb_site, postgresql_site
from tests.unit.fakes import settings
from understudy.commands import off_host
from understudy.config.model import Config
from understudy.release.layout import Paths

pytestmark = pytest.mark.usefixtures("quick_sync")
NAME = "20260102T030405Z-0123abcd-4567ef89"
MADE = """
CREATE TABLE item (x INTEGER);
INSERT INTO item VALUES (1), (2);
CREATE TABLE django_migrations (name VARCHAR(50));
INSERT INTO django_migrations VALUES ('shop 0001');
"""


class Data:
    """The program of a site whose backups are in that directory."""

    def __init__(self, engine: str, name: str, backups: PurePosixPath) -> None:
        config = Config.model_validate(settings(app={"name": name, "database": engine}))
        self.text = off_host.program(config.app, Paths(backups.parent))
        # The directory of a server here has no `shared` in its path.
        self.text = self.text.replace(f"{backups.parent}/shared/", f"{backups.parent}/")
        self.backups = Path(backups)

    def run(self, verb: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        argv = ("sh", "-c", self.text, "off-host", verb, NAME)
        return subprocess.run(argv, input=given, capture_output=True, cwd="/")

    def done(self, verb: str, given: bytes = b"") -> bytes:
        answer = self.run(verb, given)
        assert answer.returncode == 0, answer.stderr.decode()
        return answer.stdout


@pytest.fixture(
    params=[
        pytest.param("postgresql", marks=postgresql_site.needs_server),
        pytest.param("mariadb", marks=mariadb_site.needs_server),
    ],
    scope="module",
)
def data(request: pytest.FixtureRequest) -> Iterator[Data]:
    if request.param == "postgresql":
        with postgresql_site.started() as backups:
            postgresql_site.make(MADE)
            yield Data("postgresql", "shop", backups)
    else:
        with mariadb_site.started() as backups:
            mariadb_site.make(MADE)
            yield Data("mariadb", "my-shop", backups)


def test_what_comes_back_is_tried_in_the_scratch_database_and_becomes_a_backup(data: Data) -> None:
    size, rows, migrations = data.done("make").decode().rstrip("\n").split("\t")
    archive = data.done("database")
    assert (int(size) > 50, rows, migrations) == (True, "3", "1")

    data.done("try", archive)
    data.done("drop")
    data.done("take", archive)

    assert [path.name for path in data.backups.iterdir()] == [NAME]
    assert "item" in (data.backups / NAME / "rows").read_text()


def test_archive_that_is_cut_off_is_refused(data: Data) -> None:
    data.done("make")
    archive = data.done("database")

    assert data.run("try", archive[:1200]).returncode != 0
    data.done("drop")
