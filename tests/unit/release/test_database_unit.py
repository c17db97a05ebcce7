"""Units start after the server of the site's database."""

import pytest

from tests.unit.staging import Staging
from understudy.release import render


@pytest.mark.parametrize(
    ("database", "after"),
    [
        ("sqlite", "network.target"),
        ("postgresql", "network.target postgresql.service"),
        ("mariadb", "network.target mariadb.service"),
        ("external", "network.target"),
    ],
)
def test_app_starts_after_its_databases_server(database: str, after: str, staging: Staging) -> None:
    job = staging.job(app={"database": database})
    files = render.host_files(job.config, job.target, job.project.templates)
    [unit] = [file.content for file in files if file.path.suffix == ".service"]

    assert f"After={after}\n" in unit
