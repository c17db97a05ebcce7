"""A database that is managed elsewhere: reached by its URL, and backed up where client and login allow that.

Its server is one of ours, behind a socket: for the programs that makes no difference.
"""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import quote

import pytest

from tests.programs import mariadb_site, postgresql_site
from tests.programs.backup_site import NAME, listed, names, program
from understudy.commands import Argv
from understudy.commands import backups as commands
from understudy.config.app import App

pytestmark = pytest.mark.usefixtures("quick_sync")
SECRET = "hunter2/#@ "
SHOP = """
CREATE TABLE item (name VARCHAR(20));
CREATE TABLE nothing (name VARCHAR(20));
INSERT INTO item VALUES ('a'), ('COPY b FROM stdin;'), (NULL);
"""
APP = App.model_validate(
    {
        "name": "shop",
        "source": ".",
        "module": "shop.wsgi:application",
        "database": "external",
        "database_url": "SHOP_URL",
    }
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    if not postgresql_site.PROGRAMS:
        pytest.skip("no initdb")
    with postgresql_site.started() as backups:
        postgresql_site.make(SHOP)
        yield f"postgresql+psycopg://shop:{quote(SECRET, '')}@/shop?host={quote(str(backups.parent), '')}"


@pytest.fixture(scope="module")
def mariadb() -> Iterator[str]:
    with mariadb_site.started() as backups:
        mariadb_site.make(SHOP)
        mariadb_site.ask(
            f"CREATE USER elsewhere@localhost IDENTIFIED BY '{SECRET}'; "
            "GRANT SELECT ON `my-shop`.* TO elsewhere@localhost;"
            "CREATE USER blind@localhost; GRANT INSERT ON `my-shop`.* TO blind@localhost",
            "root",
            "mysql",
        )
        yield f"mysql://elsewhere:{quote(SECRET, '')}@localhost/my-shop?unix_socket={backups.parent}/socket"


def run(
    argv: Argv, site: Path, url: str = "", path: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """url: the secret. path: the only directory with programs."""
    (site / "env").write_text(f"SHOP_URL='{url}'\nOTHER='$HOME'\n" if url else "OTHER=x\n")
    env = {**os.environ, "PATH": str(path)} if path else None
    return subprocess.run(argv, capture_output=True, text=True, env=env, cwd="/")


def reach(site: Path, url: str = "") -> subprocess.CompletedProcess[str]:
    return run(commands.reach(APP, PurePosixPath(site / "backups")), site, url)


def make(site: Path, url: str) -> subprocess.CompletedProcess[str]:
    directory = PurePosixPath(site / "backups")
    return run(commands.make("external", "shop", directory, NAME, "SHOP_URL"), site, url)


def has_data(site: Path, url: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    directory = PurePosixPath(site / "backups")
    return run(commands.has_data("external", "shop", directory, "SHOP_URL"), site, url, path)


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("", "the secret SHOP_URL is not set on this host"),
        ("postgresql://shop:hunter2/x@db/shop", "in its password / is written as %2F"),
        ("hunter2", "SHOP_URL is no URL of a database"),
        ("postgresql://shop:hunter2@127.0.0.1:{closed}/shop", "Connection refused"),
        (
            "mysql://shop:hunter2@db.invalid/shop",
            "db.invalid:3306, the address in SHOP_URL, is not reached",
        ),
        ("mssql://shop:hunter2@127.0.0.1:{closed}/shop", "Connection refused"),
    ],
)
def test_cause_is_shown_and_the_password_never(url: str, cause: str, site: Path) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        done = reach(site, url.replace("{closed}", str(one.getsockname()[1])))

    assert done.returncode != 0
    assert cause in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


def test_database_that_answers_is_reached(mariadb: str, postgresql: str, site: Path) -> None:
    for url in (mariadb, postgresql):
        done = reach(site, url)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_login_that_is_refused_is_the_cause(mariadb: str, site: Path) -> None:
    done = reach(site, mariadb.replace("hunter2", "hunter3"))

    assert done.returncode != 0
    assert "Access denied for user 'elsewhere'@'localhost'" in done.stderr
    assert "hunter" not in done.stdout + done.stderr


@pytest.mark.parametrize("server", ["mariadb", "postgresql"])
def test_backup_is_made_by_the_client_and_its_rows_are_counted(
    server: str, site: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(server)
    assert has_data(site, url).returncode == 0

    done = make(site, url)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    [backup] = listed(site / "backups")
    schema = "public." if server == "postgresql" else ""
    rows = (site / "backups" / NAME / "rows").read_text()
    assert (backup.rows, rows) == (3, f"3\t{schema}item\n0\t{schema}nothing\n")


@pytest.mark.parametrize(
    ("server", "dump", "text"),
    [
        ("mariadb", "mariadb-dump", 'mariadb-dump "$@" | head -n 20'),
        ("postgresql", "pg_dump", 'pg_dump "$@"; truncate -cs -100 "$PWD"/*.new/database.dump'),
    ],
)
def test_backup_that_is_cut_off_is_not_kept(
    server: str,
    dump: str,
    text: str,
    site: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = request.getfixturevalue(server)
    program(site / "bin", dump, f"PATH=/usr/bin:/bin; {text}")
    monkeypatch.setenv("PATH", f"{site / 'bin'}:{os.environ['PATH']}")

    done = make(site, url)

    assert done.returncode != 0
    assert "the copy of the database is not whole" in done.stderr
    assert not [name for name in names(site / "backups") if not name.endswith(".new")]


def test_login_that_may_not_read_is_no_silent_skip(mariadb: str, site: Path) -> None:
    done = has_data(site, mariadb.replace(f"elsewhere:{quote(SECRET, '')}", "blind"))

    assert done.returncode != 0
    note = "==> note the database is NOT BACKED UP before a migration: mariadb-dump: "
    assert done.stdout.startswith(note)
    assert "denied" in done.stdout


def test_host_without_the_client_says_which_package_has_it(site: Path) -> None:
    bin_dir = site / "bin"
    bin_dir.mkdir()
    for name in ("sh", "python3", "printenv", "cat", "head", "mkdir"):
        (bin_dir / name).symlink_to(f"/usr/bin/{name}")

    done = has_data(site, "postgresql://shop:hunter2@db/shop", bin_dir)

    assert done.returncode != 0
    assert "the host has no pg_dump: add postgresql-client to host.packages" in done.stdout


def test_database_of_another_kind_has_no_backup(site: Path) -> None:
    done = has_data(site, "mssql://shop:hunter2@db/shop")

    assert done.returncode != 0
    assert "there is no client for databases like mssql" in done.stdout
