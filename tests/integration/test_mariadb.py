"""The example with MariaDB on a host of its own: deployed, backed up, changed, restored."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.site import Site
from tests.integration.staging import PROJECT, make_app, vm_name
from tests.integration.test_migrations import add_note

pytestmark = [pytest.mark.timeout(1800), pytest.mark.long]

DRIVER = "import pymysql\n\npymysql.install_as_MySQLdb()\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Live, on a VM of its own."""

    def change(settings: dict[str, Any]) -> None:
        settings["app"]["database"] = "mariadb"
        url = "mysql://todo@localhost/todo?unix_socket=/run/mysqld/mysqld.sock"
        settings["app"]["environment"]["DATABASE_URL"] = url
        settings["vm"]["name"] = vm_name("mariadb")

    app = make_app(PROJECT / "example", tmp_path_factory.mktemp("mariadb"), change)
    app.require("pymysql", python="3.11")
    package = app.repository / "todo" / "__init__.py"
    package.write_text(package.read_text() + DRIVER)
    app.commit("MariaDB")
    try:
        assert app.deploy_py("up").code == 0
        assert app.deploy_py("deploy").code == 0
        yield Site(app)
    finally:
        app.deploy_py("destroy", "--yes")


def lists(site: Site) -> list[str]:
    asked = "mariadb -N todo -e 'SELECT title FROM lists_list ORDER BY title'"
    answer = site.staging.host(asked)
    assert answer.code == 0
    return answer.text.split()


def backups(site: Site) -> list[str]:
    """Their names, the oldest first."""
    return re.findall(r"\b\d{8}T\d{6}Z-\S+", site.staging.deploy_py("restore").text)


def add(site: Site, title: str) -> None:
    insert = f"INSERT INTO lists_list (title, created) VALUES ('{title}', NOW())"
    assert site.staging.host(f'mariadb todo -e "{insert}"').code == 0


def test_second_deploy_has_nothing_to_do(site: Site) -> None:
    assert site.get().code == 0
    assert "nothing to do" in site.deploy().text


def test_backup_is_restored_and_what_came_later_is_gone(site: Site) -> None:
    add(site, "before")
    assert site.staging.deploy_py("backup").code == 0
    add(site, "after")
    name = backups(site)[-1]

    restored = site.staging.deploy_py("restore", name, "--yes")

    assert restored.code == 0, restored.text
    assert lists(site) == ["before"]
    assert site.get().code == 0


def test_migration_is_preceded_by_a_backup_that_was_tried(site: Site) -> None:
    before = backups(site)
    add_note(site)

    deployed = site.deploy("--probe")

    assert deployed.code == 0, deployed.text
    assert len(backups(site)) == len(before) + 1
    assert lists(site) == ["before"]
    assert site.get().code == 0


def test_host_is_right_from_inside(site: Site) -> None:
    verified = site.staging.deploy_py("verify")

    assert verified.code == 0, verified.text
