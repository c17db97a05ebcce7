"""Backups and restores of PostgreSQL, with programs that record how they are called."""

from pathlib import Path, PurePosixPath

import pytest

from tests.programs.backup_site import NAME, listed, names, program, run
from understudy.commands import Argv
from understudy.commands import backups as commands

pytestmark = pytest.mark.usefixtures("quick_sync")


@pytest.fixture
def bin_dir(tmp_path: Path, backups: Path) -> Path:
    """Programs that record their arguments. A dump is its text; psql answers as if it ran what it gets."""
    place, notes = tmp_path / "bin", tmp_path / "notes"
    program(
        place,
        "pg_dump",
        f'echo pg_dump "$@" >>{notes}\nfor last; do :; done\n'
        'for word; do case $word in --file=*) echo "data of $last" >"${word#*=}" ;; esac; done',
    )
    program(
        place,
        "pg_restore",
        f'echo pg_restore "$@" >>{notes}\n[ "$1" != --list ] || '
        "{ echo '1; TABLE t'; echo '2; 0 0 COMMENT - EXTENSION x'; exit; }\n"
        'for last; do :; done\necho "BEGIN; -- $(cat)"; cat "$last"; echo "COMMIT;"',
    )
    program(
        place,
        "psql",
        f'echo psql "$@" >>{notes}\ncase "$*" in\n*pg_database_size*) echo 100 ;;\n'
        f"*-f*) cat >{tmp_path}/sql; grep -q gexec {tmp_path}/sql && printf '3\\tpublic.t\\n'\n"
        f"sed -n 's/^.echo //p' {tmp_path}/sql ;;\nesac",
    )
    program(place, "df", "echo Avail; echo 999999")
    return place


def postgresql(verb: str, backups: Path) -> Argv:
    argv: Argv = getattr(commands, verb)("postgresql", "my-shop", PurePosixPath(backups), NAME)
    return argv


def noted(tmp_path: Path, what: str) -> list[str]:
    return [line for line in (tmp_path / "notes").read_text().splitlines() if what in line]


def test_postgresql_backup_is_tried_in_the_scratch_database(
    bin_dir: Path, backups: Path, tmp_path: Path
) -> None:
    done = run(postgresql("make", backups), bin_dir)

    assert (done.returncode, done.stderr) == (0, "")
    assert (backups / NAME / "database.dump").read_text() == "data of my-shop\n"
    assert (backups / NAME / "rows").read_text() == "3\tpublic.t\n"
    assert [backup.rows for backup in listed(backups)] == [3]
    assert "--format=custom" in noted(tmp_path, "pg_dump")[0]
    [load] = noted(tmp_path, "-f -")
    assert "-d my-shop_scratch" in load
    assert "ON_ERROR_STOP=1" in load


def test_postgresql_restore_is_one_transaction_that_the_dump_itself_commits(
    bin_dir: Path, backups: Path, tmp_path: Path
) -> None:
    """A COMMIT of ours would also follow a dump that is cut off."""
    assert run(postgresql("make", backups), bin_dir).returncode == 0

    done = run(postgresql("restore", backups), bin_dir)

    assert (done.returncode, done.stderr) == (0, "")
    assert "-d my-shop " in noted(tmp_path, "-f -")[1]
    assert "--single-transaction" in noted(tmp_path, "--file=-")[1]
    sql = (tmp_path / "sql").read_text()
    order = ["BEGIN;", "DROP OWNED", "1; TABLE", "data of my-shop", "COMMIT;", "complete"]
    assert [sql.index(word) for word in order] == sorted(sql.index(word) for word in order)
    assert sql.count("COMMIT;") == 1
    assert "EXTENSION" not in sql, "only its owner may comment on an extension"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("pg_dump", "exit 1", id="no dump"),
        pytest.param("pg_restore", "exit 1", id="no dump at all"),
        pytest.param("pg_restore", '[ "$1" != --list ] || exit 0; echo half; exit 1', id="cut off"),
        # psql is silent about a table that it got half of.
        pytest.param("psql", "cat >/dev/null; echo 100", id="psql ends early"),
        pytest.param("psql", 'case "$*" in *-f*) echo complete; exit 3; esac; echo 1', id="failed"),
    ],
)
def test_postgresql_backup_that_cannot_be_restored_is_not_kept(
    name: str, text: str, bin_dir: Path, backups: Path
) -> None:
    program(bin_dir, name, text)

    assert run(postgresql("make", backups), bin_dir).returncode != 0

    assert not [path for path in names(backups) if not path.endswith(".new")]
    assert listed(backups) == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("exit 1", id="no dump"),
        pytest.param('[ "$1" != --list ] || exit 0; echo half; exit 1', id="cut off"),
        # An empty list would restore nothing.
        pytest.param('[ "$1" != --list ]', id="no list"),
    ],
)
def test_broken_postgresql_backup_is_reported_and_never_committed(
    text: str, bin_dir: Path, backups: Path, tmp_path: Path
) -> None:
    assert run(postgresql("make", backups), bin_dir).returncode == 0
    program(bin_dir, "pg_restore", text)

    (tmp_path / "sql").unlink()

    done = run(postgresql("restore", backups), bin_dir)

    assert done.returncode != 0
    assert f"{NAME} can't be restored; the database is as before" in done.stderr
    assert not (tmp_path / "sql").exists() or "COMMIT" not in (tmp_path / "sql").read_text()


def test_backup_of_the_other_engine_is_not_restored(
    saved: Path, bin_dir: Path, backups: Path
) -> None:
    done = run(postgresql("restore", backups), bin_dir)

    assert done.returncode != 0
    assert "has no PostgreSQL database" in done.stderr


def test_postgresql_backup_needs_room_for_twice_the_data(bin_dir: Path, backups: Path) -> None:
    program(bin_dir, "df", "echo Avail; echo 199")

    done = run(postgresql("make", backups), bin_dir)

    assert done.returncode != 0
    assert f"{backups} has 0 MiB free" in done.stderr


def test_postgresql_that_does_not_answer_has_no_database(bin_dir: Path, backups: Path) -> None:
    ask = commands.has_data("postgresql", "my-shop", PurePosixPath(backups))
    assert run(ask, bin_dir).returncode == 0
    program(bin_dir, "psql", "exit 2")
    assert run(ask, bin_dir).returncode != 0
