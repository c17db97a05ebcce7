"""Backups and restores by a MariaDB server."""

import gzip
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath

import pytest

from tests.programs import mariadb_site
from tests.programs.backup_site import NAME, listed, names, program
from tests.programs.mariadb_site import ask, make, needs_server
from understudy.commands import Argv, migrations
from understudy.commands import backups as commands

pytestmark = [needs_server, pytest.mark.usefixtures("quick_sync")]
# A name that needs quotes, bytes that no text has, and a view whose base is made after it.
SHOP = r"""
CREATE TABLE seller (id INT PRIMARY KEY, name VARCHAR(20));
CREATE TABLE `a ``table's; name` (seller INT, picture BLOB, FOREIGN KEY (seller) REFERENCES seller (id));
CREATE TABLE zoo (seller INT, FOREIGN KEY (seller) REFERENCES seller (id));
CREATE TABLE django_migrations (app VARCHAR(9), name VARCHAR(9));
CREATE VIEW a_view AS SELECT name FROM seller;
CREATE TRIGGER cut BEFORE INSERT ON seller FOR EACH ROW SET NEW.name = TRIM(NEW.name);
CREATE FUNCTION two() RETURNS INT DETERMINISTIC RETURN 2;
INSERT INTO seller VALUES (1, ' Zoë 🐍 ');
INSERT INTO `a ``table's; name` VALUES (1, x'00ff'), (1, NULL);
INSERT INTO django_migrations VALUES ('shop', '0001');
"""
DAMAGES: Mapping[str, Callable[[bytes], bytes]] = {
    "cut off": lambda text: gzip.compress(gzip.decompress(text)[:-30]),
    "broken off": lambda text: text[: len(text) // 2],
    "not SQL": lambda text: gzip.compress(b"SELECT * FROM nothing;\n-- Dump completed\n"),
    "empty": lambda text: b"",
}


@pytest.fixture(scope="module")
def server() -> Iterator[PurePosixPath]:
    with mariadb_site.started() as backups:
        yield backups


@pytest.fixture
def backups(server: PurePosixPath) -> Path:
    make(SHOP)
    directory = Path(server)
    for backup in directory.iterdir():
        shutil.rmtree(backup)
    return directory


def mariadb(verb: str, backups: Path) -> Argv:
    argv: Argv = getattr(commands, verb)("mariadb", "my-shop", PurePosixPath(backups), NAME)
    return argv


def run(verb: str, backups: Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """path: a directory with programs that are found before the system's."""
    env = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}"} if path else None
    argv = mariadb(verb, backups)
    return subprocess.run(argv, capture_output=True, text=True, env=env, cwd="/")


def scratch() -> str:
    return ask("SHOW TABLES", database="my-shop_scratch")


def test_backup_is_tried_in_the_scratch_database_and_its_rows_are_counted(backups: Path) -> None:
    done = run("make", backups)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    rows = (backups / NAME / "rows").read_text()
    assert rows == "2\ta `table's; name\n1\tdjango_migrations\n1\tseller\n0\tzoo\n"
    [backup] = listed(backups)
    assert (backup.rows, backup.migrations) == (4, "1")
    assert scratch() == ""


def test_time_limit_for_the_apps_requests_does_not_apply(backups: Path) -> None:
    ask("CREATE TABLE many (x int) SELECT seq AS x FROM seq_1_to_300000")
    ask("ALTER USER `my-shop`@localhost WITH MAX_STATEMENT_TIME 0.02", "root", "mysql")

    done = run("make", backups)

    assert (done.returncode, done.stderr) == (0, "")
    assert "300000\tmany\n" in (backups / NAME / "rows").read_text()


def test_restored_database_holds_what_the_backup_has_and_nothing_else(backups: Path) -> None:
    assert run("make", backups).returncode == 0
    ask("CREATE TABLE later (id INT); DELETE FROM django_migrations; UPDATE seller SET name = 'x'")

    done = run("restore", backups)

    assert (done.returncode, done.stderr) == (0, "")
    assert ask("SHOW TABLES").split("\n") == [
        "a `table's; name",
        "a_view",
        "django_migrations",
        "seller",
        "zoo",
    ]
    assert ask("SELECT name, two(), HEX(picture) FROM a_view, `a ``table's; name`") == (
        "Zoë 🐍\t2\t00FF\nZoë 🐍\t2\tNULL"
    )
    ask("INSERT INTO seller VALUES (2, ' trimmed ')")
    assert ask("SELECT name FROM seller WHERE id = 2") == "trimmed"
    assert ask(
        "SELECT DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = DATABASE()"
    ) == ("utf8mb4_unicode_ci")
    assert scratch() == ""


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
def test_broken_backup_is_refused_and_the_database_stays_as_it_was(
    damage: Callable[[bytes], bytes], backups: Path
) -> None:
    assert run("make", backups).returncode == 0
    dump = backups / NAME / "database.sql.gz"
    dump.write_bytes(damage(dump.read_bytes()))
    ask("INSERT INTO django_migrations VALUES ('shop', '0002')")

    done = run("restore", backups)

    assert done.returncode != 0
    assert f"{NAME} can't be restored; the database is as before" in done.stderr
    assert ask("SELECT COUNT(*) FROM django_migrations") == "2"


@pytest.mark.parametrize("text", ["exit 1", "echo 'SELECT 1;'", "echo '-- Dump completed'; echo x"])
def test_backup_that_cannot_be_restored_is_not_kept(
    text: str, backups: Path, tmp_path: Path
) -> None:
    program(tmp_path / "bin", "mariadb-dump", text)

    done = run("make", backups, tmp_path / "bin")

    assert done.returncode != 0
    assert "the copy of the database can't be restored" in done.stderr
    assert not [name for name in names(backups) if not name.endswith(".new")]


def test_backup_of_another_engine_is_not_restored(backups: Path) -> None:
    (backups / NAME).mkdir()

    done = run("restore", backups)

    assert done.returncode != 0
    assert "has no MariaDB database" in done.stderr


def test_backup_sees_one_state_while_the_app_writes(backups: Path, tmp_path: Path) -> None:
    """A row that is written when the dump has begun is in no table of it."""
    program(
        tmp_path / "bin",
        "mariadb-dump",
        f'/usr/bin/mariadb-dump "$@" | {{ head -c 1000; {tmp_path}/write; cat; }}',
    )
    program(
        tmp_path,
        "write",
        'mariadb --no-defaults --user=my-shop my-shop -e "DELETE FROM seller WHERE 0;'
        " INSERT INTO seller VALUES (9, 'late'); INSERT INTO django_migrations VALUES ('late', 'x')\"",
    )

    assert run("make", backups, tmp_path / "bin").returncode == 0

    assert ask("SELECT COUNT(*) FROM seller") == "2"


def test_applied_migrations_are_listed(backups: Path) -> None:
    asked = migrations.applied("mariadb", "my-shop", PurePosixPath(backups))

    assert mariadb_site.run(asked) == "shop 0001\n"


def test_restore_that_has_begun_ends_though_the_connection_breaks(
    backups: Path, tmp_path: Path
) -> None:
    assert run("make", backups).returncode == 0
    ask("DROP TABLE zoo")
    # The dump is read to check it, to try it, and then for good.
    program(
        tmp_path / "bin",
        "gunzip",
        f'echo >>{tmp_path}/calls\n[ "$(wc -l <{tmp_path}/calls)" -lt 3 ] || kill -HUP 0\nexec /usr/bin/gunzip',
    )
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"

    done = subprocess.run(
        mariadb("restore", backups),
        env={**os.environ, "PATH": path},
        start_new_session=True,
        capture_output=True,
        text=True,
        cwd="/",
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert len((tmp_path / "calls").read_text()) == 3
    assert "zoo" in ask("SHOW TABLES").split()


def test_server_that_does_not_answer_has_no_database(
    backups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_it = commands.has_data("mariadb", "my-shop", PurePosixPath(backups))
    assert subprocess.run(ask_it, cwd="/").returncode == 0
    monkeypatch.setenv("MYSQL_UNIX_PORT", "/nowhere")
    assert subprocess.run(ask_it, cwd="/", capture_output=True).returncode != 0
