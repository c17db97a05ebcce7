"""The smallest topology: a web host, and a database on another one."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from tests.integration import production
from tests.integration.hardware import FIRST, SECOND, until
from tests.integration.production import Production
from tests.integration.site import Site
from tests.integration.staging import PROJECT, Answer, Staging, make_app

pytestmark = pytest.mark.timeout(1800)


@dataclass(frozen=True)
class Shop:
    """An app, the host with its database, and the host of the site."""

    app: Staging
    database: Production
    web: Production

    @property
    def site(self) -> Site:
        return Site(self.app, address=self.web.address)

    def add_list(self, title: str) -> None:
        self._shell(f"List.objects.create(title='{title}')")

    def has_list(self, title: str) -> bool:
        return "found 1" in self._shell(
            f"print('found', List.objects.filter(title='{title}').count())"
        )

    def _shell(self, statement: str) -> str:
        """What Django prints, in the live release."""
        code = f"from lists.models import List; {statement}"
        answer = self.deploy_py("run", "--", "python", "manage.py", "shell", "-c", code)
        assert answer.code == 0, answer.text
        return answer.text

    def deploy_py(self, verb: str, *words: str) -> Answer:
        return self.app.deploy_py(verb, "--target", "shop", *words)

    def sql(self, statement: str) -> str:
        """What the server on the database's host answers."""
        return self.database.ssh(
            f'cd / && sudo -u postgres psql -XAt todo -c "{statement}"'
        ).strip()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Staging:
    roles = [
        {"address": FIRST.address, "roles": ["database"]},
        {"address": SECOND.address, "roles": ["web", "worker"]},
    ]

    def add(settings: dict[str, Any]) -> None:
        keys = {"domain": "todo.test", "admin": "ops", "require_receipt": False}
        settings["targets"]["shop"] = {**keys, "hosts": roles}
        settings["app"]["database"] = "postgresql"
        # As on a single host: where the server is, libpq knows.
        settings["app"]["environment"]["DATABASE_URL"] = "postgresql:///todo"

    made = make_app(PROJECT / "example", tmp_path_factory.mktemp("app"), add)
    made.require("psycopg[binary]", python="3.11")
    made.commit("PostgreSQL")
    return made


@pytest.fixture(scope="module")
def hosts(
    app: Staging, staging: Staging, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Production, Production]]:
    """From a box that has most packages: what they need of the network is PostgreSQL."""
    try:
        first = production.start(
            tmp_path_factory.mktemp("shop"), production.provisioned_box(staging)
        )
        first.ssh("sudo rm -f /home/deploy/.ssh/authorized_keys")
        settings = yaml.safe_load(app.config.read_text())
        files = {"key": str(first.key), "known_hosts": str(first.known_hosts)}
        settings["targets"]["shop"] |= files
        app.config.write_text(yaml.safe_dump(settings))
        yield first, production.start_twin(first)
    finally:
        production.remove()


@pytest.fixture(scope="module")
def shop(app: Staging, hosts: tuple[Production, Production]) -> Shop:
    """Provisioned and deployed to."""
    made = Shop(app, *hosts)
    provisioned = made.deploy_py("provision")
    assert provisioned.code == 0, provisioned.text
    deployed = made.deploy_py("deploy")
    assert deployed.code == 0, deployed.text
    return made


def test_what_visitors_write_is_on_the_database_host(shop: Shop) -> None:
    shop.add_list("from another host")

    assert shop.has_list("from another host")
    assert "from another host" in shop.sql("SELECT title FROM lists_list")


def test_database_lets_in_its_hosts_alone(shop: Shop) -> None:
    listening = shop.database.ssh("sudo ss -ltnH 'sport = :5432'").split()
    assert f"{FIRST.address}:5432" in listening

    # Not this machine, which has a login at both.
    with pytest.raises(OSError), socket.create_connection((FIRST.address, 5432), timeout=2):
        pass
    with pytest.raises(OSError), socket.create_connection((FIRST.address, 80), timeout=2):
        pass
    used = shop.sql(
        "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'todo'"
    )
    assert used in ("t", "")


def test_login_is_of_the_app_alone_and_by_tls(shop: Shop) -> None:
    login = "/srv/todo/shared/database-login"
    assert shop.web.ssh(f"sudo stat -c '%a %U %G' {login}").strip() == "640 root todo"
    ask = 'cd / && psql -XAt -d todo -c "SELECT 1" 2>&1 || true'

    def asked(mode: str) -> str:
        return shop.web.ssh(f"sudo -u todo bash -c 'set -a; . {login}; PGSSLMODE={mode}; {ask}'")

    assert asked("verify-full").strip() == "1"
    assert "no encryption" in asked("disable")


def test_second_runs_change_nothing(shop: Shop) -> None:
    provisioned, deployed = shop.deploy_py("provision"), shop.deploy_py("deploy")

    assert provisioned.text.count("nothing to change") == 2, provisioned.text
    assert "nothing to do" in deployed.text
    assert shop.deploy_py("status").code == 0


def test_restore_brings_back_what_was_there(shop: Shop) -> None:
    shop.add_list("kept")
    assert shop.deploy_py("backup").code == 0
    name = shop.deploy_py("restore").text.split("\n")[-2].split()[0]
    shop.add_list("written since")

    restored = shop.deploy_py("restore", name, "--yes")

    assert restored.code == 0, restored.text
    assert shop.has_list("kept")
    assert not shop.has_list("written since")


def test_database_that_is_away_is_named(shop: Shop) -> None:
    shop.database.ssh("sudo systemctl stop postgresql@15-main")
    try:
        status = shop.deploy_py("status")
    finally:
        shop.database.ssh("sudo systemctl start postgresql@15-main")

    assert status.code == 1
    assert f"{FIRST.address}" in status.text
    assert shop.site.get("/").code == 0


def test_database_is_there_again_after_a_power_cut(shop: Shop) -> None:
    shop.add_list("before the cut")
    shop.database.cut_power()
    shop.database.power_on()
    shop.database.wait_until_booted()

    until(lambda: shop.site.get("/health").code == 0, 60, "the site does not answer again")
    assert shop.has_list("before the cut")
    # Its address may come after it.
    assert shop.database.ssh("cat /proc/sys/net/ipv4/ip_nonlocal_bind").strip() == "1"


def test_removed_site_leaves_no_way_in(shop: Shop) -> None:
    removed = shop.deploy_py("remove", "--with-data", "--yes")

    assert removed.code == 0, removed.text
    rules = shop.database.ssh("sudo nft list table inet understudy")
    assert "5432" not in rules
    assert "dport 22" in rules
    logins = shop.database.ssh("sudo cat /etc/postgresql/15/main/pg_hba.conf")
    assert "todo" not in logins
    databases = shop.database.ssh(
        "cd / && sudo -u postgres psql -XAt -c 'SELECT datname FROM pg_database'"
    )
    assert "todo" not in databases
    assert shop.web.ssh("ls /srv").strip() == ""
