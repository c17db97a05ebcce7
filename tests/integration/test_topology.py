"""The smallest topology: a web host, and a database on another one."""

import socket

import pytest

from tests.integration.hardware import FIRST, until
from tests.integration.web_and_database import Shop

pytestmark = pytest.mark.timeout(1800)


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
