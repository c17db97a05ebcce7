"""What `status` says of the database, as its host answers the app's user."""

import pytest

from tests.unit.fakes import OK, TOP, FakeConnection, FakeReport, config, failed
from understudy.host import database_state
from understudy.job import Job
from understudy.paths import Project

DOWN = "ERROR 2002 (HY000): Can't connect to local server through socket"


def job(engine: str) -> Job:
    project = Project(TOP, TOP / "deploy.yml")
    return Job(project, config(app={"database": engine}), "staging", FakeReport())


@pytest.mark.parametrize("engine", ["postgresql", "mariadb", "external"])
def test_database_that_answers_is_ok(engine: str) -> None:
    host = FakeConnection({"/srv/shop/shared/backups": OK})

    assert [*database_state.describe(job(engine), host)] == [f"database ({engine}): ok"]
    assert host.notes[0].startswith("shop: ")


def test_last_line_says_why_it_does_not() -> None:
    host = FakeConnection({"/srv/shop/shared/backups": failed("", f"query\n{DOWN}")})

    assert [*database_state.describe(job("mariadb"), host)] == [
        f"database (mariadb): TROUBLE: {DOWN}"
    ]


def test_file_of_sqlite_is_not_asked_for() -> None:
    assert [*database_state.describe(job("sqlite"), FakeConnection())] == []
