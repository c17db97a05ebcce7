"""Maintenance on a guest: what visitors get, through deploys and a reboot, and by a deploy that migrates."""

import threading
from collections.abc import Iterator

import pytest
import yaml

from tests.integration.guests import guest
from tests.integration.site import Site
from tests.integration.test_migrations import FAIL, add_note

pytestmark = pytest.mark.timeout(1800)


def status_code(site: Site, path: str = "/") -> str:
    return site.curl(
        f"http://{site.name}.test{path}", "-o", "/dev/null", "-w", "%{http_code}"
    ).text.strip()[-3:]


def maintenance(site: Site, *words: str) -> None:
    assert site.staging.deploy_py("maintenance", *words).code == 0


@pytest.fixture
def in_maintenance(site: Site) -> Iterator[Site]:
    maintenance(site, "on", "--message", "We move the shop")
    yield site
    maintenance(site, "off")
    assert status_code(site) == "200"


def test_visitors_get_the_page_and_monitors_the_health(in_maintenance: Site) -> None:
    page = in_maintenance.curl("http://todo.test/", "-i").text
    assert "503 Service" in page
    assert "Retry-After: 600" in page
    assert "We move the shop" in page
    assert status_code(in_maintenance, "/health") == "200"


def test_status_shows_it_and_a_deploy_keeps_it_on(in_maintenance: Site) -> None:
    assert "MAINTENANCE is on" in in_maintenance.staging.deploy_py("status").text
    in_maintenance.retitle("deployed in maintenance")
    assert in_maintenance.deploy("--probe").code == 0
    assert status_code(in_maintenance) == "503"


def test_it_survives_a_reboot(in_maintenance: Site) -> None:
    machine = guest(in_maintenance.staging)
    machine.cut_power()
    assert in_maintenance.staging.deploy_py("up").code == 0
    assert status_code(in_maintenance) == "503"


@pytest.fixture
def for_migrations(site: Site) -> Site:
    settings = yaml.safe_load(site.staging.config.read_text())
    settings["app"]["maintenance"] = "migrations"
    # Long enough for this test to look.
    settings["app"]["migrate_commands"] = [
        ["sleep", "3"],
        ["python", "manage.py", "migrate", "--noinput", "-v2"],
    ]
    site.staging.config.write_text(yaml.safe_dump(settings))
    return site


def codes_during_deploy(site: Site) -> tuple[list[str], int]:
    """What visitors got meanwhile, and the deploy's exit code."""
    answers: list[int] = []
    deploy = threading.Thread(target=lambda: answers.append(site.deploy().code))
    deploy.start()
    codes = []
    while deploy.is_alive():
        codes.append(status_code(site))
    return codes, answers[0]


def test_deploy_that_migrates_is_in_maintenance_meanwhile(for_migrations: Site) -> None:
    add_note(for_migrations)
    codes, deployed = codes_during_deploy(for_migrations)
    assert deployed == 0
    assert set(codes) == {"200", "503"}
    assert codes[0] == status_code(for_migrations) == "200"


def test_deploy_without_migrations_never_is(for_migrations: Site) -> None:
    for_migrations.retitle("nothing to migrate")
    codes, deployed = codes_during_deploy(for_migrations)
    assert deployed == 0
    assert set(codes) == {"200"}


def test_failed_deploy_leaves_it_off_if_nothing_was_migrated(for_migrations: Site) -> None:
    for_migrations.migration("0004_fails", FAIL)
    answer = for_migrations.deploy()
    assert answer.code == 1
    assert "Maintenance is off again: nothing was migrated." in answer.text
    assert status_code(for_migrations) == "200"
