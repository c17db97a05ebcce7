"""The step of provisioning that sets up a site's database on a MariaDB server."""

import os
import re
import subprocess
from collections.abc import Iterator

import pytest

from tests.programs import mariadb_site
from tests.programs.mariadb_site import ask, needs_server, run
from tests.unit.fakes import TOP

pytestmark = [
    needs_server,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root is the server's root"),
]
# The site is called like a user that every Debian has.
SITE = "games"
FUNCTIONS = """
set -eu
step() { :; }
booted() { :; }
is_check() { [ -n "${CHECK-}" ]; }
put() { cat >/dev/null; return 1; }
systemctl() { :; }
"""


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    with mariadb_site.started():
        yield


def step(check: str = "") -> subprocess.CompletedProcess[str]:
    text = FUNCTIONS + (TOP / "provision" / "45-mariadb.sh").read_text()
    argv = ("sh", "-c", text, "sh", "mariadb-server")
    env = {**os.environ, "SITE": SITE, "CHECK": check}
    return subprocess.run(argv, capture_output=True, text=True, env=env, cwd="/")


def as_user(query: str, user: str = SITE) -> str:
    client = ("mariadb", "--no-defaults", "-BNr", f"--user={SITE}", "-e", query)
    return run(("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *client))


def grants() -> list[str]:
    return sorted(ask(f"SHOW GRANTS FOR {SITE}@localhost", "root", "mysql").split("\n"))


def test_check_lists_what_a_run_does_and_a_second_run_does_nothing(server: None) -> None:
    would = step(check="1").stdout
    assert "would run: CREATE USER 'games'@'localhost' IDENTIFIED VIA unix_socket;" in would
    assert "would run: GRANT ALL ON `games\\_scratch`.* TO 'games'@'localhost';" in would

    done = step()

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert step(check="1").stdout == ""


def test_only_the_apps_user_logs_in_and_sees_only_its_databases(server: None) -> None:
    assert step().returncode == 0

    found = as_user("SHOW DATABASES").split()
    assert found == ["games", "games_scratch", "information_schema"]
    with pytest.raises(AssertionError, match="Access denied"):
        as_user("SELECT 1", user="daemon")
    with pytest.raises(AssertionError, match="Access denied"):
        as_user("CREATE DATABASE `games-scratch`")


@pytest.mark.parametrize(
    "change",
    [
        "ALTER USER games@localhost IDENTIFIED BY 'guessed'",
        "GRANT ALL ON *.* TO games@localhost WITH GRANT OPTION",
        "DROP DATABASE games_scratch",
        "REVOKE ALL ON games.* FROM games@localhost",
    ],
)
def test_what_was_changed_since_is_as_before(change: str, server: None) -> None:
    assert step().returncode == 0
    before = grants()
    ask(change, "root", "mysql")
    assert "would run: " in step(check="1").stdout

    done = step()

    assert (done.returncode, done.stderr) == (0, "")
    assert grants() == before
    assert step(check="1").stdout == ""


def test_account_without_a_password_is_refused(server: None) -> None:
    ask("CREATE OR REPLACE USER other@localhost", "root", "mysql")

    done = step()

    ask("DROP USER other@localhost", "root", "mysql")
    assert done.returncode != 0
    assert "the account other@localhost of MariaDB has no password" in done.stderr


def test_capture_has_the_version_changed_settings_and_the_sites_databases(server: None) -> None:
    assert step().returncode == 0
    text = (TOP / "understudy" / "parity" / "capture" / "query.sh").read_text()
    function = text[text.index("mariadb_settings() {") : text.index("if section mariadb ")]

    printed = run(("sh", "-euc", f"{function}\nmariadb_settings"))

    found = dict(line.split("\t") for line in printed.splitlines())
    assert re.fullmatch(r"[0-9]+\.[0-9]+", found["version"])
    assert found["skip_networking"] == "ON"
    assert found["database games"] == "utf8mb4 utf8mb4_unicode_ci"
    assert "max_connections" not in found, "it has its default"
    assert "database mysql" not in found
